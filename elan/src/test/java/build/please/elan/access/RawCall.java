// SPDX-License-Identifier: Apache-2.0
package build.please.elan.access;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One call of any method with one empty message, as far as its first answer. */
final class RawCall extends ClientCall.Listener<byte[]> {
  private final CompletableFuture<Status.Code> outcome = new CompletableFuture<>();

  private RawCall() {}

  /** OK once anything is answered. */
  static Status.Code code(Channel channel, String method, MethodType type) throws Exception {
    Bytes bytes = new Bytes();
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            MethodDescriptor.newBuilder(bytes, bytes)
                .setType(type)
                .setFullMethodName(method)
                .build(),
            CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS));
    RawCall listener = new RawCall();
    call.start(listener, new Metadata());
    call.request(1);
    call.sendMessage(new byte[0]);
    call.halfClose();
    try {
      return listener.outcome.get(40, TimeUnit.SECONDS);
    } finally {
      // Some answer for ever.
      call.cancel("seen enough", null);
    }
  }

  @Override
  public void onMessage(byte[] message) {
    outcome.complete(Status.Code.OK);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    outcome.complete(status.getCode());
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
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
  }
}
