// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BusyException;
import build.please.common.cas.CasException;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.cas.StoreFullException;
import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.PreconditionFailure;
import io.grpc.InternalStatus;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The only table between exceptions inside and status codes at the edge. */
public final class RpcErrors {
  private static final Logger log = LoggerFactory.getLogger(RpcErrors.class);

  private RpcErrors() {}

  /**
   * What the client is told about a failure. Failures that nobody expected are logged with their
   * stack, since they are bugs of ours.
   */
  public static StatusRuntimeException toException(Throwable failure) {
    if (failure instanceof CasException known) {
      return expected(code(known).withDescription(known.getMessage()));
    }
    if (failure instanceof StatusRuntimeException e) {
      return inner(e.getStatus(), e);
    }
    if (failure instanceof StatusException e) {
      return inner(e.getStatus(), new StatusRuntimeException(e.getStatus(), e.getTrailers()));
    }
    if (failure instanceof UncheckedIOException e && e.getCause() != null) {
      return toException(e.getCause());
    }
    if (failure instanceof IOException e) {
      // The store or the network is out of order; a retry helps.
      log.warn("answering UNAVAILABLE", e);
      return Status.UNAVAILABLE.withDescription(describe(e)).withCause(e).asRuntimeException();
    }
    if (failure instanceof OutOfMemoryError e) {
      // Direct memory, as a rule: the JVM ends on that of the heap if it was told to (J5). What
      // this call asked for is free again, so the others go on.
      log.warn("answering RESOURCE_EXHAUSTED", e);
      return Status.RESOURCE_EXHAUSTED
          .withDescription("the server has no memory for this now")
          .withCause(e)
          .asRuntimeException();
    }
    log.error("a bug: no such failure was expected", failure);
    return Status.INTERNAL
        .withDescription(describe(failure))
        .withCause(failure)
        .asRuntimeException();
  }

  /** An answer that is nobody's fault here, so that the way to where it was made is not noted. */
  public static StatusRuntimeException expected(Status status) {
    return InternalStatus.asRuntimeExceptionWithoutStacktrace(status, new Metadata());
  }

  /** As {@link #toException}, in the form that travels inside messages. */
  public static com.google.rpc.Status toStatus(Throwable failure) {
    StatusRuntimeException e = toException(failure);
    com.google.rpc.Status status = StatusProto.fromThrowable(e);
    return status != null
        ? status
        : com.google.rpc.Status.newBuilder().setCode(Code.UNKNOWN_VALUE).build();
  }

  /**
   * FAILED_PRECONDITION with one MISSING violation for each blob and no other detail, on which
   * clients upload the blobs and try again (EXE-04 to EXE-08).
   */
  public static com.google.rpc.Status missing(Collection<Digest> digests) {
    PreconditionFailure.Builder failure = PreconditionFailure.newBuilder();
    for (Digest digest : digests) {
      failure.addViolationsBuilder().setType("MISSING").setSubject("blobs/" + digest);
    }
    return com.google.rpc.Status.newBuilder()
        .setCode(Code.FAILED_PRECONDITION_VALUE)
        .setMessage(new BlobNotFoundException(digests).getMessage())
        .addDetails(Any.pack(failure.build()))
        .build();
  }

  /** FAILED_PRECONDITION, as {@link #missing}, for throwing. */
  public static StatusRuntimeException missingException(Collection<Digest> digests) {
    return StatusProto.toStatusRuntimeException(missing(digests));
  }

  private static Status code(CasException failure) {
    // The class is sealed: a new kind of failure must find its line here.
    if (failure instanceof BlobNotFoundException) {
      return Status.NOT_FOUND;
    } else if (failure instanceof BlobRejectedException || failure instanceof MalformedException) {
      return Status.INVALID_ARGUMENT;
    } else if (failure instanceof StoreFullException || failure instanceof BusyException) {
      return Status.RESOURCE_EXHAUSTED;
    }
    throw new AssertionError(failure);
  }

  /** The end of a call of our own is not the end of the client's: it may try again (EXE-15). */
  private static StatusRuntimeException inner(Status status, StatusRuntimeException asItIs) {
    return switch (status.getCode()) {
      case CANCELLED, DEADLINE_EXCEEDED ->
          Status.UNAVAILABLE
              .withDescription("inner call ended: " + status.getDescription())
              .withCause(asItIs)
              .asRuntimeException();
      default -> asItIs;
    };
  }

  private static String describe(Throwable failure) {
    String message = failure.getMessage();
    return message == null
        ? failure.getClass().getSimpleName()
        : failure.getClass().getSimpleName() + ": " + message;
  }
}
