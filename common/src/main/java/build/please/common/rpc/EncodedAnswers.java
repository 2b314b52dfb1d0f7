// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import com.google.protobuf.ByteString;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Lets a method answer with {@link EncodedMessage}s. */
public final class EncodedAnswers {
  private EncodedAnswers() {}

  /**
   * The same service, except that one method is served by another handler.
   *
   * @param method one of the service's
   */
  public static <ReqT> ServerServiceDefinition of(
      ServerServiceDefinition service,
      MethodDescriptor<ReqT, ?> method,
      ServerCallHandler<ReqT, EncodedMessage> handler) {
    MethodDescriptor<ReqT, EncodedMessage> encoded =
        method.toBuilder(method.getRequestMarshaller(), new Marshaller()).build();
    return Redefined.of(service, encoded, handler);
  }

  private static final class Marshaller implements MethodDescriptor.Marshaller<EncodedMessage> {
    @Override
    public InputStream stream(EncodedMessage message) {
      return new Stream(message);
    }

    @Override
    public EncodedMessage parse(InputStream stream) {
      throw new UnsupportedOperationException("servers only write answers");
    }
  }

  /** What gRPC asks of a message: its length, and its bytes, mostly all at once. */
  private static final class Stream extends InputStream implements Drainable, KnownLength {
    private final EncodedMessage message;
    private InputStream rest = InputStream.nullInputStream();
    private boolean begun;

    Stream(EncodedMessage message) {
      this.message = message;
    }

    @Override
    public int available() throws IOException {
      return begun ? rest.available() : message.length();
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      if (begun) {
        return (int) rest.transferTo(target);
      }
      begun = true;
      message.writeTo(target);
      return message.length();
    }

    @Override
    public int read() throws IOException {
      return rest().read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      return rest().read(buffer, offset, length);
    }

    private InputStream rest() {
      if (!begun) {
        begun = true;
        rest = ByteString.copyFrom(message.pieces()).newInput();
      }
      return rest;
    }
  }
}
