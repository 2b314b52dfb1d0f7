// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.proto.mettle.BootstrapGrpc.BootstrapImplBase;
import build.please.proto.mettle.Job;
import build.please.proto.mettle.ServeExecutionsRequest;
import build.please.proto.mettle.ServeExecutionsResponse;
import io.grpc.stub.StreamObserver;

/** Tells an API server that has just started what this one knows (compat.md 2.6). */
public final class BootstrapService extends BootstrapImplBase {
  /** Bytes of the answer, about: less than any peer takes, and not all of the memory here. */
  private static final long LARGEST = 64L << 20;

  private final Operations operations;

  public BootstrapService(Operations operations) {
    this.operations = operations;
  }

  /** What runs comes first; of what has ended as much as fits. */
  @Override
  public void serveExecutions(
      ServeExecutionsRequest request, StreamObserver<ServeExecutionsResponse> peer) {
    ServeExecutionsResponse.Builder response = ServeExecutionsResponse.newBuilder();
    long bytes = 0;
    for (Job job : operations.known().jobs()) {
      bytes += job.getSerializedSize();
      if (bytes > LARGEST) {
        break;
      }
      response.addJobs(job);
    }
    peer.onNext(response.build());
    peer.onCompleted();
  }
}
