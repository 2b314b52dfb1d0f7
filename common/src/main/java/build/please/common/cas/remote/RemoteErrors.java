// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.cas.StoreFullException;
import io.grpc.Status;
import java.io.IOException;

/**
 * The only table from a store's status codes to exceptions.
 *
 * <p>Whatever has no meaning of its own, the end of a deadline included, is an {@link IOException}
 * that says no more than that the store is out of order (EXE-15).
 */
final class RemoteErrors {
  private RemoteErrors() {}

  /** A failure to read one blob. */
  static IOException onRead(Digest digest, Status status) {
    return status.getCode() == Status.Code.NOT_FOUND
        ? new BlobNotFoundException(digest)
        : of("reading blob " + digest, status);
  }

  /** A failure to write one blob. */
  static IOException onWrite(Digest digest, Status status) {
    return onWrite("writing blob " + digest, status);
  }

  /** A failure to write what is described. */
  static IOException onWrite(String what, Status status) {
    return switch (status.getCode()) {
      case INVALID_ARGUMENT -> new BlobRejectedException(describe(what, status));
      case RESOURCE_EXHAUSTED -> new StoreFullException(describe(what, status));
      default -> of(what, status);
    };
  }

  /** A failure of any other call. */
  static IOException of(String what, Status status) {
    return switch (status.getCode()) {
      // Such a request will never succeed, and whoever is behind it should hear so (GEN-19).
      case INVALID_ARGUMENT -> new MalformedException(describe(what, status));
      case UNAVAILABLE, ABORTED ->
          new TransientException(describe(what, status), status.asException());
      default -> new IOException(describe(what, status), status.asException());
    };
  }

  /** The status of one blob within a batch. */
  static Status status(com.google.rpc.Status status) {
    return Status.fromCodeValue(status.getCode()).withDescription(status.getMessage());
  }

  private static String describe(String what, Status status) {
    StringBuilder text = new StringBuilder(what).append(": ").append(status.getCode());
    if (status.getDescription() != null && !status.getDescription().isEmpty()) {
      text.append(": ").append(status.getDescription());
    }
    // "io exception" alone does not say that nobody listens at the address.
    if (status.getCause() != null && status.getCause().getMessage() != null) {
      text.append(": ").append(status.getCause().getMessage());
    }
    return text.toString();
  }
}
