// SPDX-License-Identifier: Apache-2.0
package build.please.bench.floor;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Hands messages through as they are. */
final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
  @Override
  public InputStream stream(byte[] message) {
    return new Known(message);
  }

  @Override
  public byte[] parse(InputStream stream) {
    try {
      byte[] bytes = new byte[stream instanceof KnownLength ? stream.available() : 0];
      return bytes.length == 0
          ? stream.readAllBytes()
          : stream.readNBytes(bytes, 0, bytes.length) == bytes.length ? bytes : new byte[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Says its length, so that gRPC needs no buffer to find it. */
  private static final class Known extends ByteArrayInputStream implements KnownLength {
    Known(byte[] bytes) {
      super(bytes);
    }
  }
}
