// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.BindableService;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;

/**
 * Reads WriteRequests into arrays that are used again: the data of a message is right until its
 * thread reads another one, which is after the handler has returned. On the event loop every
 * message has its own.
 *
 * <p>A fresh array for each message, and one more for its data, would come with it out of the
 * caches of the processor, and be most of what an upload allocates.
 */
final class LentWrites implements Marshaller<WriteRequest> {
  /** Bytes of a message below which a copy does not matter. */
  private static final int SMALL = 4096;

  // Weak, as many threads may have seen a large message once.
  private final ThreadLocal<Reference<byte[]>> arrays =
      ThreadLocal.withInitial(() -> new WeakReference<>(null));
  private final Marshaller<WriteRequest> plain;

  LentWrites(Marshaller<WriteRequest> plain) {
    this.plain = plain;
  }

  /** The service as it is to be served: with lent requests, if it can do with these. */
  @SuppressWarnings("unchecked") // the two definitions are of one method
  static ServerServiceDefinition bind(BindableService service) {
    ServerServiceDefinition bound = service.bindService();
    if (!(service instanceof LentRequests)) {
      return bound;
    }
    MethodDescriptor<WriteRequest, WriteResponse> write = ByteStreamGrpc.getWriteMethod();
    ServerMethodDefinition<WriteRequest, WriteResponse> definition =
        (ServerMethodDefinition<WriteRequest, WriteResponse>)
            bound.getMethod(write.getFullMethodName());
    return Redefined.of(
        bound,
        write.toBuilder(new LentWrites(write.getRequestMarshaller()), write.getResponseMarshaller())
            .build(),
        definition.getServerCallHandler());
  }

  @Override
  public InputStream stream(WriteRequest request) {
    return plain.stream(request);
  }

  @Override
  public WriteRequest parse(InputStream message) {
    try {
      int length = message instanceof KnownLength ? message.available() : 0;
      // From the event loop a message may go on to a pool, while the next one is read.
      if (length < SMALL || EventLoop.isHere()) {
        return plain.parse(message);
      }
      byte[] array = array(length);
      if (message.readNBytes(array, 0, length) != length) {
        throw new EOFException("the message is shorter than it said");
      }
      return parse(UnsafeByteOperations.unsafeWrap(array, 0, length).newCodedInput());
    } catch (InvalidProtocolBufferException e) {
      throw Status.INTERNAL.withCause(e).asRuntimeException();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static WriteRequest parse(CodedInputStream bytes) throws IOException {
    // The data becomes a part of the array in place of a copy.
    bytes.enableAliasing(true);
    WriteRequest request = WriteRequest.parseFrom(bytes);
    bytes.checkLastTagWas(0);
    return request;
  }

  /** This thread's, which the message before has no use for any more. */
  private byte[] array(int length) {
    byte[] kept = arrays.get().get();
    if (kept != null && kept.length >= length) {
      return kept;
    }
    byte[] fresh = new byte[length];
    arrays.set(new WeakReference<>(fresh));
    return fresh;
  }
}
