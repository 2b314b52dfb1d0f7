// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.BindableService;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * Reads WriteRequests into arrays that are used again once their handler has returned.
 *
 * <p>A fresh array for each message, and one more for its data, would come with it out of the
 * caches of the processor, and be most of what an upload allocates.
 */
final class LentWrites implements Marshaller<WriteRequest> {
  /** Bytes of a message below which a copy does not matter. */
  private static final int SMALL = 4096;

  // What most clients send, and what some do. A little more than the data comes with it.
  private final LentArrays usual = new LentArrays(72 << 10, 32);
  private final LentArrays large = new LentArrays((1 << 20) + (8 << 10), 8);
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
    LentWrites lent = new LentWrites(write.getRequestMarshaller());
    ServerCallHandler<WriteRequest, WriteResponse> handler = definition.getServerCallHandler();
    return Redefined.of(
        bound,
        write.toBuilder(lent, write.getResponseMarshaller()).build(),
        (call, headers) -> lent.new Listener(handler.startCall(call, headers)));
  }

  @Override
  public InputStream stream(WriteRequest request) {
    return plain.stream(request);
  }

  @Override
  public WriteRequest parse(InputStream message) {
    try {
      int length = message instanceof KnownLength ? message.available() : 0;
      if (length < SMALL || !large.fit(length)) {
        return plain.parse(message);
      }
      byte[] array = (usual.fit(length) ? usual : large).take();
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

  /** Gives back what a message was read into. */
  private final class Listener extends SimpleForwardingServerCallListener<WriteRequest> {
    Listener(ServerCall.Listener<WriteRequest> handler) {
      super(handler);
    }

    @Override
    public void onMessage(WriteRequest message) {
      try {
        super.onMessage(message);
      } finally {
        giveBack(message.getData());
      }
    }
  }

  private void giveBack(ByteString data) {
    try {
      UnsafeByteOperations.unsafeWriteTo(data, new Owner());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Is shown the array that data lies in. */
  private final class Owner extends ByteOutput {
    @Override
    public void writeLazy(byte[] array, int offset, int length) {
      usual.giveBack(array);
      large.giveBack(array);
    }

    @Override
    public void write(byte[] array, int offset, int length) {
      writeLazy(array, offset, length);
    }

    @Override
    public void write(byte value) {}

    @Override
    public void write(ByteBuffer value) {}

    @Override
    public void writeLazy(ByteBuffer value) {}
  }
}
