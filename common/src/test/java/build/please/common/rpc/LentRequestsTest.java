// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.KnownLength;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LentRequestsTest {
  private static final int TIMES = 60;

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
  void arrays_areUsedAgain_onceTheyWereGivenBack() {
    LentArrays arrays = new LentArrays(100, 1);
    byte[] first = arrays.take();
    byte[] second = arrays.take();
    assertNotSame(first, second);
    assertTrue(arrays.giveBack(first));
    assertFalse(arrays.giveBack(second), "one is enough");
    assertFalse(arrays.giveBack(new byte[99]));
    assertSame(first, arrays.take());
  }

  @Test
  void service_seesTheRightBytes() throws Exception {
    checkBytes(QuickCalls.NONE);
  }

  @Test
  void service_seesTheRightBytes_alsoOfCallsThatLeaveTheEventLoop() throws Exception {
    checkBytes(QuickCalls.NONE.and(ByteStreamGrpc.getWriteMethod(), request -> false));
  }

  private static void checkBytes(QuickCalls quick) throws Exception {
    CompletableFuture<Integer> hash = new CompletableFuture<>();
    try (TestServer test =
        TestServer.serving(
            TestServer.config(Duration.ofSeconds(10)), List.of(), quick, new Hashing())) {
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
        WriteRequest sent = request(3_000 * i, i);
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
      ServerCallStreamObserver<WriteResponse> client =
          (ServerCallStreamObserver<WriteResponse>) responses;
      client.disableAutoRequest();
      // All at once, so that some are read while others are handled.
      client.request(TIMES);
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
