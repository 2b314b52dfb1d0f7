// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.common.cas.ActionCache;
import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.HashFunction;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.DigestFunction;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server hears of which function digests are, and that of SHA-256 the old way. */
@Timeout(60)
final class RemoteFunctionsTest {
  private static final ByteString BYTES = Blobs.random(1000);
  private static final Digest SHA256 = Digest.of(BYTES);
  private static final Digest BLAKE3 = Digest.of(HashFunction.BLAKE3, BYTES);

  private CasServer server;
  private Cas cas;

  @BeforeEach
  void start() throws IOException {
    server = CasServer.inProcess();
    cas = server.dial();
  }

  @AfterEach
  void stop() throws IOException {
    cas.close();
    server.close();
  }

  @Test
  void batches_ofBothFunctions_areTwo() throws IOException {
    assertEquals(Set.of(SHA256, BLAKE3), cas.blobs().findMissing(List.of(SHA256, BLAKE3)));
    assertEquals(List.of(1, 1), server.storage.questions);

    cas.blobs().writeAll(Map.of(SHA256, BYTES, BLAKE3, BYTES));
    assertEquals(Set.of(SHA256, BLAKE3), server.blobs.keySet());

    assertEquals(Set.of(), cas.blobs().findMissing(List.of(SHA256, BLAKE3)));
    assertEquals(
        Map.of(SHA256, BYTES, BLAKE3, BYTES), cas.blobs().readAll(List.of(SHA256, BLAKE3)));
  }

  @Test
  void streams_carryTheFunctionInTheName() throws IOException {
    try (BlobSink sink = cas.blobs().write(BLAKE3, Encoding.IDENTITY)) {
      BYTES.writeTo(sink);
      sink.commit();
    }
    assertEquals(Set.of(BLAKE3), server.blobs.keySet());
    try (InputStream in = cas.blobs().read(BLAKE3, Encoding.IDENTITY, 0)) {
      assertArrayEquals(BYTES.toByteArray(), in.readAllBytes(), "verified at the end");
    }
    assertThrows(
        BlobNotFoundException.class, () -> cas.blobs().read(SHA256, Encoding.IDENTITY, 0).close());
  }

  @Test
  void emptyBlob_neverTravels() throws IOException {
    Digest empty = Digest.empty(HashFunction.BLAKE3);
    assertEquals(Set.of(), cas.blobs().findMissing(List.of(empty)));
    assertEquals(Map.of(empty, ByteString.EMPTY), cas.blobs().readAll(List.of(empty)));
    assertEquals(List.of(), server.storage.questions);
  }

  @Test
  void results_areOfTheActionsFunction() throws IOException {
    ActionResult result = ActionResult.newBuilder().setExitCode(3).build();
    cas.actions().put(BLAKE3, result, ActionCache.Replace.ALWAYS);
    assertEquals(Optional.of(result), cas.actions().find(BLAKE3));
    assertEquals(Optional.empty(), cas.actions().find(new Digest(BLAKE3.hash(), BLAKE3.size())));

    cas.actions().put(SHA256, result, ActionCache.Replace.ALWAYS);
    assertEquals(
        DigestFunction.Value.UNKNOWN,
        Objects.requireNonNull(server.results.get(SHA256)).getDigestFunction(),
        "as before there was such a field");
  }
}
