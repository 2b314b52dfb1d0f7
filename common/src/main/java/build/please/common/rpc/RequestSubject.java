// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import build.please.proto.bytestream.QueryWriteStatusRequest;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.Digest;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.GetTreeRequest;
import build.please.proto.execution.UpdateActionResultRequest;
import build.please.proto.execution.WaitExecutionRequest;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a request is about, for the log: one blob by its digest, several by their number, a stream
 * by its resource name.
 *
 * @param name of the field
 * @param value in the client's words, which may be anything
 */
record RequestSubject(String name, String value) {
  private static final String DIGEST = "digest";

  /** Of the first message of a call; empty if it is of another kind. */
  static Optional<RequestSubject> of(Object message) {
    if (message instanceof FindMissingBlobsRequest request) {
      return Optional.of(blobs(request.getBlobDigestsList(), digest -> digest));
    } else if (message instanceof BatchReadBlobsRequest request) {
      return Optional.of(blobs(request.getDigestsList(), digest -> digest));
    } else if (message instanceof BatchUpdateBlobsRequest request) {
      return Optional.of(
          blobs(request.getRequestsList(), BatchUpdateBlobsRequest.Request::getDigest));
    } else if (message instanceof GetTreeRequest request) {
      return Optional.of(blob(request.getRootDigest()));
    } else if (message instanceof GetActionResultRequest request) {
      return Optional.of(blob(request.getActionDigest()));
    } else if (message instanceof UpdateActionResultRequest request) {
      return Optional.of(blob(request.getActionDigest()));
    } else if (message instanceof ExecuteRequest request) {
      return Optional.of(blob(request.getActionDigest()));
    } else if (message instanceof WaitExecutionRequest request) {
      return Optional.of(new RequestSubject("operation", request.getName()));
    } else if (message instanceof ReadRequest request) {
      return Optional.of(resource(request.getResourceName()));
    } else if (message instanceof WriteRequest request) {
      return Optional.of(resource(request.getResourceName()));
    } else if (message instanceof QueryWriteStatusRequest request) {
      return Optional.of(resource(request.getResourceName()));
    }
    return Optional.empty();
  }

  private static <T> RequestSubject blobs(List<T> items, Function<T, Digest> digest) {
    return items.size() == 1
        ? blob(digest.apply(items.get(0)))
        : new RequestSubject("blobs", Integer.toString(items.size()));
  }

  private static RequestSubject blob(Digest digest) {
    return new RequestSubject(DIGEST, digest.getHash() + "/" + digest.getSizeBytes());
  }

  private static RequestSubject resource(String name) {
    return new RequestSubject("resource", name);
  }
}
