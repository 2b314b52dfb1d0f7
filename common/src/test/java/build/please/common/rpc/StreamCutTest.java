// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An upload that is open when the server's patience ends. */
@Timeout(60)
final class StreamCutTest {
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  @Test
  void close_uploadOpen_bothSidesHearOnce() throws Exception {
    BlockingQueue<Status.Code> end = new LinkedBlockingQueue<>();
    try (TestServer test =
        TestServer.serving(
            TestServer.config(Duration.ofMillis(50)), List.of(), new HearingByteStream())) {
      StreamObserver<WriteRequest> requests =
          ByteStreamGrpc.newStub(test.channel)
              .write(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(WriteResponse response) {}

                    @Override
                    public void onError(Throwable failure) {
                      end.add(Status.fromThrowable(failure).getCode());
                    }

                    @Override
                    public void onCompleted() {
                      end.add(Status.Code.OK);
                    }
                  });
      requests.onNext(WriteRequest.getDefaultInstance());
      assertEquals("message", heard.poll(20, TimeUnit.SECONDS));
      test.server.close();
      // The handler has let go by the time the server is closed, so its store may be closed too.
      assertEquals(List.of("error CANCELLED"), List.copyOf(heard));
      assertEquals(Status.Code.UNAVAILABLE, end.poll(20, TimeUnit.SECONDS));
    }
  }

  private final class HearingByteStream extends ByteStreamGrpc.ByteStreamImplBase {
    @Override
    public StreamObserver<WriteRequest> write(StreamObserver<WriteResponse> responses) {
      return new StreamObserver<>() {
        @Override
        public void onNext(WriteRequest request) {
          heard.add("message");
        }

        @Override
        public void onError(Throwable failure) {
          heard.add("error " + Status.fromThrowable(failure).getCode());
        }

        @Override
        public void onCompleted() {
          heard.add("completed");
        }
      };
    }
  }
}
