// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bytes that are no message of the method's type. */
@Timeout(60)
final class MalformedRequestTest {
  /** A field of length 127 in a message of three bytes. */
  private static final byte[] TRUNCATED = {0x0a, 0x7f, 0x01};

  /** A proto3 string that is not UTF-8. */
  private static final byte[] BAD_STRING = {0x0a, 0x01, (byte) 0xff};

  private final BlockingQueue<Status.Code> seen = new LinkedBlockingQueue<>();

  @Test
  void unary_malformed_isInvalidArgumentAndServerServesOn() throws Exception {
    try (TestServer test = serving()) {
      for (byte[] bad : List.of(TRUNCATED, BAD_STRING)) {
        Status status = send(test, ContentAddressableStorageGrpc.getFindMissingBlobsMethod(), bad);
        assertEquals(Status.Code.INVALID_ARGUMENT, status.getCode(), status.toString());
        assertTrue(String.valueOf(status.getDescription()).contains("malformed request"));
        assertEquals(Status.Code.INVALID_ARGUMENT, seen.poll(10, TimeUnit.SECONDS));
      }
      test.cas().findMissingBlobs(TestServer.REQUEST);
    }
  }

  @Test
  void health_malformed_isInvalidArgument() throws Exception {
    try (TestServer test = serving()) {
      Status status = send(test, HealthGrpc.getCheckMethod(), TRUNCATED);
      assertEquals(Status.Code.INVALID_ARGUMENT, status.getCode(), status.toString());
    }
  }

  @Test
  void stream_secondMessageMalformed_handlerLetsGoOnce() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    ByteStreamGrpc.ByteStreamImplBase uploads =
        new ByteStreamGrpc.ByteStreamImplBase() {
          @Override
          public StreamObserver<WriteRequest> write(StreamObserver<WriteResponse> responses) {
            return new StreamObserver<>() {
              @Override
              public void onNext(WriteRequest request) {
                heard.add("message " + request.getData().toStringUtf8());
              }

              @Override
              public void onError(Throwable failure) {
                heard.add("error " + Status.fromThrowable(failure).getCode());
                responses.onError(failure); // too late, and harmless
              }

              @Override
              public void onCompleted() {
                heard.add("completed");
              }
            };
          }
        };
    try (TestServer test = TestServer.serving(uploads)) {
      BlockingQueue<Status> end = new LinkedBlockingQueue<>();
      StreamObserver<byte[]> requests =
          ClientCalls.asyncClientStreamingCall(
              test.channel.newCall(raw(ByteStreamGrpc.getWriteMethod()), CallOptions.DEFAULT),
              new StreamObserver<WriteResponse>() {
                @Override
                public void onNext(WriteResponse response) {}

                @Override
                public void onError(Throwable failure) {
                  end.add(Status.fromThrowable(failure));
                }

                @Override
                public void onCompleted() {
                  end.add(Status.OK);
                }
              });
      requests.onNext(
          WriteRequest.newBuilder().setData(ByteString.copyFromUtf8("one")).build().toByteArray());
      requests.onNext(TRUNCATED);
      Status status = end.poll(20, TimeUnit.SECONDS);
      assertEquals(Status.Code.INVALID_ARGUMENT, status == null ? null : status.getCode());
      assertEquals("message one", heard.poll(10, TimeUnit.SECONDS));
      assertEquals("error CANCELLED", heard.poll(10, TimeUnit.SECONDS));
    }
    assertEquals(0, heard.size(), heard.toString());
  }

  @Test
  void tooLong_isResourceExhaustedAndConnectionLives() throws Exception {
    try (TestServer test = serving()) {
      StatusRuntimeException e =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  test.cas()
                      .findMissingBlobs(
                          TestServer.REQUEST.toBuilder()
                              .setInstanceName("x".repeat(2 << 20))
                              .build()));
      assertEquals(Status.Code.RESOURCE_EXHAUSTED, e.getStatus().getCode(), e.toString());
      test.cas().findMissingBlobs(TestServer.REQUEST);
    }
  }

  private TestServer serving() throws IOException {
    return TestServer.serving(
        TestServer.config(Duration.ofSeconds(5)),
        List.of(new EndObserver(seen)),
        TestServer.doing(() -> 1));
  }

  private static Status send(TestServer test, MethodDescriptor<?, ?> method, byte[] bytes) {
    try {
      ClientCalls.blockingUnaryCall(test.channel, raw(method), CallOptions.DEFAULT, bytes);
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }

  private static <RespT> MethodDescriptor<byte[], RespT> raw(MethodDescriptor<?, RespT> method) {
    return method.toBuilder(
            new MethodDescriptor.Marshaller<byte[]>() {
              @Override
              public InputStream stream(byte[] bytes) {
                return new ByteArrayInputStream(bytes);
              }

              @Override
              public byte[] parse(InputStream bytes) {
                try {
                  return bytes.readAllBytes();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
            },
            method.getResponseMarshaller())
        .build();
  }
}
