// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.CasException;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ZstdDecodedStream;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RemoteReadTest {
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
  void presentBlob_comesWhole() throws IOException {
    ByteString blob = Blobs.random(10 * FakeByteStream.PIECE + 7);
    assertEquals(blob, read(server.put(blob), 0));
  }

  @Test
  void offset_skipsTheFirstBytes() throws IOException {
    ByteString blob = Blobs.random(5000);
    Digest digest = server.put(blob);
    assertEquals(blob.substring(1234), read(digest, 1234));
    assertEquals(ByteString.EMPTY, read(digest, 5000));
    assertThrows(IllegalArgumentException.class, () -> read(digest, 5001));
  }

  @Test
  void zstd_decodesToTheBlob() throws IOException {
    ByteString blob = Blobs.random(50_000);
    Digest digest = server.put(blob);
    try (InputStream in = new ZstdDecodedStream(store.read(digest, Encoding.ZSTD, 0))) {
      assertEquals(blob, ByteString.readFrom(in));
    }
    try (InputStream in = new ZstdDecodedStream(store.read(digest, Encoding.ZSTD, 40_000))) {
      assertEquals(blob.substring(40_000), ByteString.readFrom(in));
    }
  }

  @Test
  void emptyBlob_needsNoCall() throws IOException {
    assertEquals(ByteString.EMPTY, read(Digest.EMPTY, 0));
    try (InputStream in = store.read(Digest.EMPTY, Encoding.ZSTD, 0)) {
      ByteString zstd = ByteString.readFrom(in);
      assertFalse(zstd.isEmpty());
      try (InputStream decoded = new ZstdDecodedStream(zstd.newInput())) {
        assertEquals(-1, decoded.read());
      }
    }
    assertEquals(0, server.faults.calls("Read"));
  }

  @Test
  void absentBlob_isNotFoundAtOnce() {
    Digest absent = Digest.of(Blobs.random(9));
    BlobNotFoundException e =
        assertThrows(
            BlobNotFoundException.class, () -> store.read(absent, Encoding.IDENTITY, 0).close());
    assertEquals(List.of(absent), e.digests());
    assertEquals(1, server.faults.calls("Read"), "calls");
  }

  @Test
  void unavailableTwice_isTriedThrice() throws IOException {
    ByteString blob = Blobs.random(100);
    Digest digest = server.put(blob);
    server.faults.failNext("Read", Status.UNAVAILABLE, 2);
    assertEquals(blob, read(digest, 0));
  }

  @Test
  void unavailableForGood_isNoAbsence() {
    Digest digest = server.put(Blobs.random(100));
    server.faults.failNext("Read", Status.UNAVAILABLE.withDescription("on fire"), 99);
    IOException e = assertThrows(IOException.class, () -> read(digest, 0));
    assertFalse(e instanceof CasException, e.toString());
    assertTrue(String.valueOf(e.getMessage()).contains("on fire"), e.getMessage());
    assertEquals(3, server.faults.calls("Read"), "attempts");
  }

  @Test
  void innerDeadline_isAnOutage() {
    Digest digest = server.put(Blobs.random(100));
    server.faults.failNext("Read", Status.DEADLINE_EXCEEDED, 1);
    IOException e = assertThrows(IOException.class, () -> read(digest, 0));
    assertFalse(e instanceof CasException, e.toString());
  }

  @Test
  void refusedName_isTheClientsFault() {
    Digest digest = server.put(Blobs.random(100));
    server.faults.failNext("Read", Status.INVALID_ARGUMENT, 1);
    assertThrows(MalformedException.class, () -> read(digest, 0));
  }

  @Test
  void breaksMidway_goesOnWhereItStopped() throws IOException {
    ByteString blob = Blobs.random(10 * FakeByteStream.PIECE);
    Digest digest = server.put(blob);
    server.byteStream.breaks.addAll(List.of(3000, 2000));
    assertEquals(blob, read(digest, 0));
    assertEquals(List.of(0L, 3000L, 5000L), server.byteStream.offsets);
  }

  @Test
  void breaksTooOften_throws() {
    Digest digest = server.put(Blobs.random(10 * FakeByteStream.PIECE));
    server.byteStream.breaks.addAll(List.of(1000, 1000, 1000));
    assertThrows(IOException.class, () -> read(digest, 0));
  }

  @Test
  void zstdBreaksMidway_throws() {
    Digest digest = server.put(Blobs.random(10 * FakeByteStream.PIECE));
    server.byteStream.breaks.add(3000);
    assertThrows(
        IOException.class,
        () -> {
          try (InputStream in = store.read(digest, Encoding.ZSTD, 0)) {
            in.readAllBytes();
          }
        });
  }

  @Test
  void shortLongOrWrongBytes_throw() {
    ByteString blob = Blobs.random(2500);
    Digest digest = server.put(blob);
    for (ByteString wrong :
        List.of(
            ByteString.EMPTY,
            blob.substring(0, 2499),
            blob.concat(ByteString.copyFromUtf8("x")),
            blob.substring(1).concat(ByteString.copyFromUtf8("x")))) {
      server.byteStream.forged.put(digest, wrong);
      IOException e = assertThrows(IOException.class, () -> read(digest, 0));
      assertFalse(e instanceof CasException, e.toString());
    }
  }

  @Test
  void shortRest_throws() {
    ByteString blob = Blobs.random(2500);
    Digest digest = server.put(blob);
    server.byteStream.forged.put(digest, blob.substring(0, 2400));
    assertThrows(IOException.class, () -> read(digest, 100));
  }

  @Test
  void slowReader_holdsTheServerBack() throws Exception {
    ByteString blob = Blobs.random(1000 * FakeByteStream.PIECE);
    Digest digest = server.put(blob);
    try (InputStream in = store.read(digest, Encoding.IDENTITY, 0)) {
      assertTrue(server.byteStream.paused.await(10, TimeUnit.SECONDS));
      int ahead = server.byteStream.sent.get();
      assertTrue(ahead < 50, ahead + " messages were sent to nobody");
      assertEquals(blob, ByteString.readFrom(in));
    }
  }

  @Test
  void closedEarly_cancelsTheCall() throws Exception {
    Digest digest = server.put(Blobs.random(1000 * FakeByteStream.PIECE));
    InputStream in = store.read(digest, Encoding.IDENTITY, 0);
    assertTrue(in.read() >= 0);
    in.close();
    in.close();
    assertTrue(server.byteStream.cancelled.await(10, TimeUnit.SECONDS));
  }

  @Test
  void silentServer_isGivenUp() throws Exception {
    RemoteConfig impatient =
        new RemoteConfig(
            CasServer.INSTANCE,
            1000,
            Duration.ofSeconds(10),
            Duration.ofMillis(200),
            3,
            Duration.ofMillis(1));
    Digest digest = server.put(Blobs.random(100));
    server.byteStream.silent = true;
    try (BlobStore hasty = server.dial(impatient).blobs()) {
      assertThrows(IOException.class, () -> hasty.read(digest, Encoding.IDENTITY, 0).close());
    }
    assertTrue(server.byteStream.cancelled.await(10, TimeUnit.SECONDS));
  }

  @Test
  void largeBlobOverTcp_comesWhole() throws IOException {
    ByteString blob = Blobs.random(8 << 20);
    try (CasServer tcp = CasServer.overTcp();
        BlobStore remote = tcp.dial().blobs()) {
      Digest digest = tcp.put(blob);
      try (InputStream in = remote.read(digest, Encoding.IDENTITY, 0)) {
        assertEquals(blob, ByteString.readFrom(in));
      }
    }
  }

  private ByteString read(Digest digest, long offset) throws IOException {
    try (InputStream in = store.read(digest, Encoding.IDENTITY, offset)) {
      return ByteString.readFrom(in);
    }
  }
}
