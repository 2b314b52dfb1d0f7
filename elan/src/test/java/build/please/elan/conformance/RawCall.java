// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.execution.ActionCacheGrpc;
import build.please.proto.execution.CapabilitiesGrpc;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** Calls with bytes that need not be a message. */
final class RawCall {
  /** All that Elan offers. */
  static final List<MethodDescriptor<?, ?>> METHODS =
      List.of(
          ContentAddressableStorageGrpc.getFindMissingBlobsMethod(),
          ContentAddressableStorageGrpc.getBatchUpdateBlobsMethod(),
          ContentAddressableStorageGrpc.getBatchReadBlobsMethod(),
          ContentAddressableStorageGrpc.getGetTreeMethod(),
          ActionCacheGrpc.getGetActionResultMethod(),
          ActionCacheGrpc.getUpdateActionResultMethod(),
          CapabilitiesGrpc.getGetCapabilitiesMethod(),
          ByteStreamGrpc.getReadMethod(),
          ByteStreamGrpc.getWriteMethod(),
          ByteStreamGrpc.getQueryWriteStatusMethod());

  private RawCall() {}

  /** Sends one request and drops what comes. */
  static void send(TestedElan elan, MethodDescriptor<?, ?> method, byte[] bytes) {
    MethodDescriptor<byte[], byte[]> raw =
        MethodDescriptor.newBuilder(new Bytes(), new Bytes())
            .setFullMethodName(method.getFullMethodName())
            .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
            .build();
    ClientCalls.blockingServerStreamingCall(
            elan.channel(), raw, CallOptions.DEFAULT.withDeadlineAfter(Patience.LIMIT), bytes)
        .forEachRemaining(answer -> {});
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
