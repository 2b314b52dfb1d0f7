// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** Clients that go away at any moment leave no stream, sink or temporary file behind. */
final class ResetClientsTest extends Section {
  private static final int SIZE = 300_000;

  ResetClientsTest() {
    check("BSW-20", "in every state of an upload", ResetClientsTest::uploads);
    check("BSW-20", "in every state of a compressed upload", ResetClientsTest::packedUploads);
    check("BSR-15", "in every state of a read", ResetClientsTest::reads);
    check("GTR-08", "in every state of a tree", ResetClientsTest::trees);
    check("BSW-20 BSR-15", "at random moments, many at a time", ResetClientsTest::atRandom);
  }

  /** A call that can be dropped at any step. */
  private static final class Resettable<ReqT extends MessageLite, RespT> {
    private final ClientCall<ReqT, RespT> call;
    private final CompletableFuture<Status> end = new CompletableFuture<>();

    Resettable(TestedElan elan, MethodDescriptor<ReqT, RespT> method) {
      call = elan.channel().newCall(method, CallOptions.DEFAULT.withDeadlineAfter(Patience.LIMIT));
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
              end.complete(status);
            }
          },
          new Metadata());
    }

    Resettable<ReqT, RespT> send(ReqT message) {
      call.sendMessage(message);
      return this;
    }

    Resettable<ReqT, RespT> halfClose() {
      call.halfClose();
      return this;
    }

    Resettable<ReqT, RespT> take(int messages) {
      call.request(messages);
      return this;
    }

    void reset() {
      call.cancel("the client is gone", null);
      end.join();
    }
  }

  private static Resettable<WriteRequest, ?> write(TestedElan elan) {
    return new Resettable<>(elan, ByteStreamGrpc.getWriteMethod());
  }

  private static WriteRequest message(String name, long offset, ByteString data, boolean last) {
    return WriteRequest.newBuilder()
        .setResourceName(name)
        .setWriteOffset(offset)
        .setData(data)
        .setFinishWrite(last)
        .build();
  }

  private static void uploads(TestedElan elan) throws IOException {
    Blob blob = elan.blob(SIZE);
    int half = SIZE / 2;
    WriteRequest first = message(blob.uploadName(), 0, blob.part(0, half), false);
    WriteRequest last = message("", half, blob.from(half), true);
    write(elan).reset();
    write(elan).halfClose().reset();
    write(elan).send(message(blob.uploadName(), 0, ByteString.EMPTY, false)).reset();
    write(elan).send(first).reset();
    write(elan).send(first).halfClose().reset();
    write(elan).send(first).send(last).reset();
    write(elan).send(first).send(last).halfClose().reset();
    write(elan).send(first).send(last).halfClose().take(1).reset();

    // Whatever came of them: the blob can be uploaded, and then nothing is left.
    EveryRpc.WRITE.send(elan, EveryRpc.Ask.of(blob));
    assertEquals(blob.bytes(), elan.read(blob.readName()));
    elan.assertNothingIsOpen();
  }

  private static void packedUploads(TestedElan elan) throws IOException {
    Blob blob = elan.blob(SIZE);
    ByteString packed = blob.packed();
    int half = packed.size() / 2;
    WriteRequest first = message(blob.packedUploadName(), 0, packed.substring(0, half), false);
    WriteRequest last = message("", half, packed.substring(half), true);
    write(elan).send(first).reset();
    write(elan).send(first).halfClose().reset();
    elan.assertNothingIsOpen();
    write(elan).send(first).send(last).reset();
    write(elan).send(first).send(last).halfClose().reset();
    elan.assertNothingIsOpen();
    EveryRpc.WRITE.send(elan, EveryRpc.Ask.of(blob));
    assertEquals(blob.bytes(), elan.read(blob.readName()));
  }

  private static void reads(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(4 << 20));
    for (String name : java.util.List.of(blob.readName(), blob.packedReadName())) {
      elan.download(name).cancel();
      elan.download(name).take(1).cancel();
      Download one = elan.download(name).take(2);
      Eventually.hold("some of it", () -> one.messages() == 2);
      one.cancel();
      Download all = elan.download(name).take(Integer.MAX_VALUE);
      all.end();
      all.cancel();
    }
    elan.assertNothingIsOpen();
  }

  private static void trees(TestedElan elan) throws IOException {
    var root = Trees.named("root " + elan.blob(1).digest());
    for (int i = 0; i < 50; i++) {
      Blob child = elan.stored(Trees.named("child " + i + "x".repeat(50_000)).build());
      root.addDirectories(Trees.child("d" + i, child));
    }
    Blob stored = elan.stored(root.build());
    var method = ContentAddressableStorageGrpc.getGetTreeMethod();
    new Resettable<>(elan, method).reset();
    new Resettable<>(elan, method).send(Trees.of(stored)).reset();
    new Resettable<>(elan, method).send(Trees.of(stored)).halfClose().reset();
    new Resettable<>(elan, method).send(Trees.of(stored)).halfClose().take(1).reset();
    elan.assertNothingIsOpen();
    assertEquals(51, Trees.directories(elan, stored).size());
  }

  private static void atRandom(TestedElan elan) throws IOException {
    Random random = new Random(7);
    Blob read = elan.stored(elan.blob(2 << 20));
    Blob blob = elan.blob(SIZE);
    for (int i = 0; i < 100; i++) {
      var upload = write(elan);
      int pieces = random.nextInt(6);
      for (int piece = 0; piece < pieces; piece++) {
        int from = piece * 50_000;
        ByteString data = blob.part(from, from + 50_000);
        upload.send(message(blob.uploadName("uuid" + i), from, data, false));
      }
      Download download = elan.download(read.readName()).take(random.nextInt(5));
      upload.reset();
      download.cancel();
    }
    // Which makes what waits for its client useless.
    EveryRpc.WRITE.send(elan, EveryRpc.Ask.of(blob));
    elan.assertNothingIsOpen();
    assertEquals(blob.bytes(), elan.read(blob.readName()));
  }
}
