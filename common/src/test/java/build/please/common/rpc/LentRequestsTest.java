// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.management.ThreadMXBean;
import io.grpc.KnownLength;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LentRequestsTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int TIMES = 20;

  private final LentWrites marshaller =
      new LentWrites(ByteStreamGrpc.getWriteMethod().getRequestMarshaller());

  private static WriteRequest request(int length, long seed) {
    byte[] data = new byte[length];
    new Random(seed).nextBytes(data);
    return WriteRequest.newBuilder()
        .setResourceName("uploads/" + seed)
        .setWriteOffset(seed)
        .setFinishWrite(true)
        .setData(ByteString.copyFrom(data))
        .build();
  }

  /** As the transport hands on what it received. */
  private static final class Received extends ByteArrayInputStream implements KnownLength {
    Received(byte[] bytes) {
      super(bytes);
    }
  }

  @Test
  void messages_areReadWhole_oneAfterTheOther() {
    for (int length : new int[] {0, 1, 5000, 4 << 20, 100, 70_000}) {
      WriteRequest sent = request(length, length);
      assertEquals(sent, marshaller.parse(new Received(sent.toByteArray())));
    }
  }

  @Test
  void message_thatIsCutOrNone_isMalformed() {
    byte[] cut = request(10_000, 1).toByteString().substring(0, 9000).toByteArray();
    byte[] endOfGroup = request(10_000, 1).toByteString().concat(END_GROUP).toByteArray();
    for (byte[] bad : new byte[][] {cut, endOfGroup}) {
      Throwable why =
          assertThrows(StatusRuntimeException.class, () -> marshaller.parse(new Received(bad)))
              .getCause();
      assertTrue(why instanceof InvalidProtocolBufferException, String.valueOf(why));
    }
  }

  private static final ByteString END_GROUP = ByteString.copyFrom(new byte[] {0x0c});

  @Test
  void message_allocatesNothingForItsData() {
    byte[] bytes = request(64 << 10, 7).toByteArray();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < TIMES; i++) {
      Received received = new Received(bytes);
      long before = THREADS.getCurrentThreadAllocatedBytes();
      marshaller.parse(received);
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    assertTrue(least < 4096, least + " bytes");
  }

  @Test
  void server_lendsToAServiceThatSaysSo_andItSeesTheRightBytes() throws Exception {
    CompletableFuture<Integer> hash = new CompletableFuture<>();
    try (TestServer test = TestServer.serving(new Hashing())) {
      StreamObserver<WriteRequest> requests =
          ByteStreamGrpc.newStub(test.channel)
              .write(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(WriteResponse response) {
                      hash.complete((int) response.getCommittedSize());
                    }

                    @Override
                    public void onError(Throwable failure) {
                      hash.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                  });
      int expected = 0;
      for (int i = 0; i < TIMES; i++) {
        WriteRequest sent = request(20_000 * i, i);
        expected = 31 * expected + sent.getData().hashCode();
        requests.onNext(sent);
      }
      requests.onCompleted();
      assertEquals(expected, hash.get(20, TimeUnit.SECONDS));
    }
  }

  /** Answers with a hash of all messages. */
  private static final class Hashing extends ByteStreamGrpc.ByteStreamImplBase
      implements LentRequests {
    @Override
    public StreamObserver<WriteRequest> write(StreamObserver<WriteResponse> responses) {
      return new StreamObserver<>() {
        private int hash;

        @Override
        public void onNext(WriteRequest request) {
          hash = 31 * hash + request.getData().hashCode();
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {
          responses.onNext(WriteResponse.newBuilder().setCommittedSize(hash).build());
          responses.onCompleted();
        }
      };
    }
  }
}
