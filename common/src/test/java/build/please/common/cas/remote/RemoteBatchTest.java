// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.CasException;
import build.please.common.cas.Digest;
import build.please.common.cas.StoreFullException;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.grpc.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RemoteBatchTest {
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
  void findMissing_asksInSlicesAndNeverAboutTheEmptyBlob() throws IOException {
    Digest present = server.put(Blobs.random(5));
    List<Digest> asked = new ArrayList<>(List.of(present, Digest.EMPTY, present));
    Set<Digest> absent = new HashSet<>();
    for (int i = 0; i < 12_000; i++) {
      absent.add(Digest.of(ByteString.copyFromUtf8("blob " + i)));
    }
    asked.addAll(absent);

    assertEquals(absent, store.findMissing(asked));
    assertEquals(List.of(10_000, 2_001), server.storage.questions);
    assertEquals(Set.of(), store.findMissing(List.of(Digest.EMPTY)));
    assertEquals(2, server.faults.calls("FindMissingBlobs"));
  }

  @Test
  void findMissing_outageIsNoAnswer() {
    server.faults.failNext("FindMissingBlobs", Status.UNAVAILABLE, 3);
    assertThrows(IOException.class, () -> store.findMissing(List.of(Digest.of(Blobs.random(1)))));
  }

  @Test
  void findMissing_isTriedAgain() throws IOException {
    server.faults.failNext("FindMissingBlobs", Status.UNAVAILABLE, 2);
    Digest digest = Digest.of(Blobs.random(1));
    assertEquals(Set.of(digest), store.findMissing(List.of(digest)));
  }

  @Test
  void readAll_findsWhatIsThere() throws IOException {
    Map<Digest, ByteString> blobs = new HashMap<>();
    for (int size : new int[] {1, 2, 3_000_000, 3_000_001, 5_000_000}) {
      ByteString blob = Blobs.random(size);
      blobs.put(server.put(blob), blob);
    }
    List<Digest> asked = new ArrayList<>(blobs.keySet());
    asked.add(Digest.EMPTY);
    asked.add(Digest.of(Blobs.random(77)));
    asked.add(Digest.of(Blobs.random(6_000_000)));
    asked.addAll(blobs.keySet());
    blobs.put(Digest.EMPTY, ByteString.EMPTY);

    assertEquals(blobs, store.readAll(asked));
    assertTrue(
        server.storage.batches.stream().allMatch(bytes -> bytes <= 4_048_000),
        server.storage.batches.toString());
    assertEquals(2, server.faults.calls("Read"), "the largest two");
  }

  @Test
  void readAll_wrongBytes_throws() {
    ByteString blob = Blobs.random(10);
    Digest digest = Digest.of(blob);
    server.blobs.put(digest, ByteString.copyFromUtf8("0123456789"));
    IOException e = assertThrows(IOException.class, () -> store.readAll(List.of(digest)));
    assertFalse(e instanceof CasException, e.toString());
  }

  @Test
  void readAll_failureOfOneBlob_isNoAbsence() {
    Digest digest = server.put(Blobs.random(10));
    server.storage.refusals.put(digest, Code.INTERNAL);
    IOException e = assertThrows(IOException.class, () -> store.readAll(List.of(digest)));
    assertFalse(e instanceof CasException, e.toString());
  }

  @Test
  void writeAll_storesSmallAndLarge() throws IOException {
    Map<Digest, ByteString> blobs = new LinkedHashMap<>();
    for (int size : new int[] {1, 2, 3_000_000, 3_000_001, 5_000_000}) {
      ByteString blob = Blobs.random(size);
      blobs.put(Digest.of(blob), blob);
    }
    Map<Digest, ByteString> written = new LinkedHashMap<>(blobs);
    written.put(Digest.EMPTY, ByteString.EMPTY);
    server.faults.failNext("BatchUpdateBlobs", Status.UNAVAILABLE, 2);
    server.faults.failNext("Write", Status.UNAVAILABLE, 2);
    store.writeAll(written);

    assertEquals(blobs, server.blobs);
    assertEquals(2, server.storage.batches.size(), server.storage.batches.toString());
  }

  @Test
  void serversLimit_isKept() throws IOException {
    server.offeredBatchBytes = 2000;
    Map<Digest, ByteString> blobs = new HashMap<>();
    for (int size = 500; size < 510; size++) {
      blobs.put(Digest.of(Blobs.random(size)), Blobs.random(size));
    }
    blobs.put(Digest.of(Blobs.random(2001)), Blobs.random(2001));
    store.writeAll(blobs);
    assertEquals(blobs, store.readAll(blobs.keySet()));

    assertTrue(server.storage.batches.stream().allMatch(bytes -> bytes <= 2000));
    assertEquals(1, server.faults.calls("Write"));
    assertEquals(1, server.faults.calls("GetCapabilities"), "asked once");
  }

  @Test
  void serverWithoutCapabilities_isGivenTheUsualBatches() throws IOException {
    server.faults.failNext("GetCapabilities", Status.UNIMPLEMENTED, 1);
    ByteString blob = Blobs.random(10);
    store.writeAll(Map.of(Digest.of(blob), blob));
    assertEquals(List.of(10L), server.storage.batches);
  }

  @Test
  void manySmallBlobs_fitIntoMessages() throws IOException {
    Map<Digest, ByteString> blobs = new HashMap<>();
    // Without their digests 4,000 of them would still fit into gRPC's 4 MiB.
    for (int i = 0; i < 4500; i++) {
      ByteString blob = ByteString.copyFromUtf8("small " + i + "x".repeat(1000));
      blobs.put(Digest.of(blob), blob);
    }
    try (CasServer tcp = CasServer.overTcp();
        BlobStore remote = tcp.dial().blobs()) {
      remote.writeAll(blobs);
      assertEquals(blobs, remote.readAll(blobs.keySet()));
    }
  }

  @Test
  void writeAll_refusals() {
    ByteString blob = Blobs.random(10);
    Digest digest = Digest.of(blob);
    assertThrows(
        BlobRejectedException.class,
        () -> store.writeAll(Map.of(digest, ByteString.copyFromUtf8("0123456789"))));
    assertThrows(
        BlobRejectedException.class,
        () -> store.writeAll(Map.of(Digest.EMPTY, ByteString.copyFromUtf8("x"))));
    server.storage.refusals.put(digest, Code.RESOURCE_EXHAUSTED);
    assertThrows(StoreFullException.class, () -> store.writeAll(Map.of(digest, blob)));
    server.storage.refusals.put(digest, Code.PERMISSION_DENIED);
    assertThrows(IOException.class, () -> store.writeAll(Map.of(digest, blob)));
    server.storage.refusals.put(digest, Code.ALREADY_EXISTS);
    assertDoesNotThrow(() -> store.writeAll(Map.of(digest, blob)));
  }
}
