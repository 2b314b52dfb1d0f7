// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * A call that ends once: whoever ends it first decides, and whatever comes later is dropped instead
 * of failing with "call already closed". Safe for concurrent use, unlike the calls of gRPC.
 */
final class SingleEndCall<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {
  // Held while a message is handed to the transport, which queues it and does not wait. Nothing
  // else may run in between: the framer of a call is not safe for concurrent use.
  private final Object lock = new Object();

  @GuardedBy("lock")
  private boolean ended;

  @GuardedBy("lock")
  private boolean cut;

  SingleEndCall(ServerCall<ReqT, RespT> call) {
    super(call);
  }

  @Override
  public void sendHeaders(Metadata headers) {
    synchronized (lock) {
      if (!ended) {
        super.sendHeaders(headers);
      }
    }
  }

  @Override
  public void sendMessage(RespT message) {
    synchronized (lock) {
      if (!ended) {
        super.sendMessage(message);
      }
    }
  }

  @Override
  public void close(Status status, Metadata trailers) {
    synchronized (lock) {
      if (!ended) {
        ended = true;
        super.close(status, trailers);
      }
    }
  }

  /** Ends the call from outside of its handler, which hears that as {@code onCancel}. */
  void cut(Status status) {
    synchronized (lock) {
      if (!ended) {
        cut = true;
        close(status, new Metadata());
      }
    }
  }

  boolean wasCut() {
    synchronized (lock) {
      return cut;
    }
  }
}
