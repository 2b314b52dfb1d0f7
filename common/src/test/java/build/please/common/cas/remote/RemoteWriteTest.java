// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.CasException;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.StoreFullException;
import build.please.common.cas.ZstdEncodingStream;
import build.please.proto.bytestream.WriteRequest;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RemoteWriteTest {
  private CasServer server;
  private BlobStore store;

  @BeforeEach
  void start() throws IOException {
    server = CasServer.inProcess();
    store = server.dial().blobs();
  }

  @AfterEach
  void stop() throws IOException {
    store.close();
    server.close();
  }

  @Test
  void committed_isStored() throws IOException {
    for (int size : new int[] {1, 524_287, 524_288, 524_289, 3_000_000}) {
      ByteString blob = Blobs.random(size);
      write(Digest.of(blob), blob);
      assertEquals(blob, server.blobs.get(Digest.of(blob)), "size " + size);
    }
  }

  @Test
  void messages_areNamedOnceAndFinishedOnce() throws IOException {
    ByteString blob = Blobs.random(3 * 524_288);
    write(Digest.of(blob), blob);
    List<WriteRequest> writes = server.byteStream.writes;
    assertEquals(3, writes.size());
    assertTrue(writes.get(0).getResourceName().startsWith("some/where/uploads/"));
    assertEquals("", writes.get(1).getResourceName());
    assertEquals(
        List.of(false, false, true), writes.stream().map(WriteRequest::getFinishWrite).toList());
    assertEquals(
        List.of(0L, 524_288L, 1_048_576L),
        writes.stream().map(WriteRequest::getWriteOffset).toList());
  }

  @Test
  void zstd_isStored() throws IOException {
    for (int size : new int[] {1, 2_000_000}) {
      ByteString blob = Blobs.random(size);
      Digest digest = Digest.of(blob);
      try (BlobSink sink = store.write(digest, Encoding.ZSTD);
          InputStream zstd = new ZstdEncodingStream(blob.newInput())) {
        zstd.transferTo(sink);
        sink.commit();
      }
      assertEquals(blob, server.blobs.get(digest));
    }
  }

  @Test
  void closedWithoutCommit_isCancelled() throws Exception {
    ByteString blob = Blobs.random(2_000_000);
    try (BlobSink sink = store.write(Digest.of(blob), Encoding.IDENTITY)) {
      blob.writeTo(sink);
    }
    assertTrue(server.byteStream.cancelled.await(10, TimeUnit.SECONDS));
    assertTrue(server.blobs.isEmpty());
  }

  @Test
  void wrongBytes_areRejected() {
    ByteString blob = Blobs.random(10);
    Digest other = Digest.of(Blobs.random(11));
    assertThrows(BlobRejectedException.class, () -> write(other, blob), "too short");
    assertThrows(
        BlobRejectedException.class, () -> write(Digest.of(Blobs.random(9)), blob), "too long");
    Digest sameSize = Digest.of(ByteString.copyFromUtf8("0123456789"));
    assertThrows(BlobRejectedException.class, () -> write(sameSize, blob), "other hash");
  }

  @Test
  void earlySuccess_endsTheUpload() throws IOException {
    server.byteStream.earlyAnswer = Status.OK;
    ByteString blob = Blobs.random(100 * 524_288);
    write(Digest.of(blob), blob);
    assertTrue(
        server.byteStream.writes.size() < 100, server.byteStream.writes.size() + " messages");
  }

  @Test
  void alreadyExists_isSuccess() throws IOException {
    server.byteStream.earlyAnswer = Status.ALREADY_EXISTS;
    ByteString blob = Blobs.random(2_000_000);
    write(Digest.of(blob), blob);
  }

  @Test
  void earlyRefusal_throws() {
    ByteString blob = Blobs.random(5_000_000);
    Digest digest = Digest.of(blob);
    server.byteStream.earlyAnswer = Status.RESOURCE_EXHAUSTED;
    assertThrows(StoreFullException.class, () -> write(digest, blob));
    server.byteStream.earlyAnswer = Status.INVALID_ARGUMENT;
    assertThrows(BlobRejectedException.class, () -> write(digest, blob));
    for (Status status : List.of(Status.UNAVAILABLE, Status.DEADLINE_EXCEEDED, Status.INTERNAL)) {
      server.byteStream.earlyAnswer = status;
      IOException e = assertThrows(IOException.class, () -> write(digest, blob));
      assertFalse(e instanceof CasException, e.toString());
    }
  }

  @Test
  void otherCommittedSize_throws() {
    server.byteStream.committedError = -3;
    ByteString blob = Blobs.random(10);
    IOException e = assertThrows(IOException.class, () -> write(Digest.of(blob), blob));
    assertFalse(e instanceof CasException, e.toString());
  }

  @Test
  void emptyBlob_needsNoCall() throws IOException {
    write(Digest.EMPTY, ByteString.EMPTY);
    assertThrows(
        BlobRejectedException.class, () -> write(Digest.EMPTY, ByteString.copyFromUtf8("x")));
    try (BlobSink sink = store.write(Digest.EMPTY, Encoding.ZSTD);
        InputStream zstd = new ZstdEncodingStream(InputStream.nullInputStream())) {
      zstd.transferTo(sink);
      sink.commit();
    }
    assertEquals(0, server.faults.calls("Write"));
  }

  @Test
  void largeBlobOverTcp_isStored() throws IOException {
    ByteString blob = Blobs.random(20 << 20);
    try (CasServer tcp = CasServer.overTcp();
        BlobStore remote = tcp.dial().blobs()) {
      Digest digest = Digest.of(blob);
      try (BlobSink sink = remote.write(digest, Encoding.IDENTITY)) {
        blob.writeTo(sink);
        sink.commit();
      }
      assertEquals(blob, tcp.blobs.get(digest));
    }
  }

  private void write(Digest digest, ByteString bytes) throws IOException {
    try (BlobSink sink = store.write(digest, Encoding.IDENTITY)) {
      bytes.writeTo(sink);
      sink.commit();
    }
  }
}
