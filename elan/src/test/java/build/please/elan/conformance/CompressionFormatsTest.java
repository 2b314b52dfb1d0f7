// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** DGF: digest functions and compression formats. */
final class CompressionFormatsTest extends Section {
  CompressionFormatsTest() {
    check("DGF-03", "BLAKE3 is as published", CompressionFormatsTest::blake3);
    check("DGF-04", "zstd is zstd frames, one or several", CompressionFormatsTest::frames);
    check("DGF-04", "what is sent as zstd begins with its magic", CompressionFormatsTest::magic);
    check("DGF-04", "other formats are not taken for zstd", CompressionFormatsTest::others);
    check("DGF-04", "illegal frames are refused", CompressionFormatsTest::illegal);
    notAdvertised("DGF-01", "SHA256TREE is not among the digest functions");
    notAdvertised("DGF-02", "GITSHA1 is not among the digest functions");
  }

  private static long upload(TestedElan elan, Blob blob, ByteString packed) {
    return elan.upload().sendLast(blob.packedUploadName(), 0, packed).halfClose().committedSize();
  }

  /** From test_vectors.json of the BLAKE3 team: 0, 1, …, 250, 0, 1, …. */
  private static void blake3(TestedElan elan) {
    Map.of(
            1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
            102_400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085")
        .forEach(
            (length, hash) -> {
              byte[] bytes = new byte[length];
              for (int i = 0; i < length; i++) {
                bytes[i] = (byte) (i % 251);
              }
              Blob blob = Blob.of(bytes);
              String name = "blobs/blake3/" + hash + "/" + length;
              elan.upload().sendLast("uploads/u/" + name, 0, blob.bytes()).committedSize();
              assertEquals(blob.bytes(), elan.read(name));
              assertEquals(Blob.of(bytes).blake3().readName(), name);
            });
  }

  private static void frames(TestedElan elan) throws IOException {
    for (int level : List.of(1, 3, 19)) {
      Blob blob = elan.text(300_000);
      upload(elan, blob, Zstds.packed(blob.bytes().toByteArray(), level));
      assertReadable(elan, blob);
    }
    Blob blob = elan.text(200_000);
    ByteString first = Blob.of(blob.part(0, 70_000).toByteArray()).packed();
    ByteString second = Blob.of(blob.from(70_000).toByteArray()).packed();
    ByteString nothing = Blob.of("").packed();
    upload(
        elan,
        blob,
        Zstds.skippable().concat(first).concat(nothing).concat(second).concat(Zstds.skippable()));
    assertReadable(elan, blob);
  }

  private static void assertReadable(TestedElan elan, Blob blob) throws IOException {
    assertEquals(blob.bytes(), elan.read(blob.readName()));
    assertEquals(blob.bytes(), Zstds.decoded(elan.read(blob.packedReadName())));
  }

  private static void magic(TestedElan elan) throws IOException {
    for (Blob blob :
        List.of(elan.stored(elan.text(1000)), elan.stored(elan.blob(300_000)), Blob.of(""))) {
      ByteString packed = elan.read(blob.packedReadName());
      assertTrue(packed.startsWith(ByteString.fromHex("28b52ffd")));
      assertEquals(blob.bytes(), Zstds.decoded(packed));
    }
  }

  private static void others(TestedElan elan) throws IOException {
    Blob blob = elan.text(1000);
    ByteArrayOutputStream deflated = new ByteArrayOutputStream();
    try (var out = new DeflaterOutputStream(deflated)) {
      blob.bytes().writeTo(out);
    }
    ByteArrayOutputStream gzipped = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(gzipped)) {
      blob.bytes().writeTo(out);
    }
    for (ByteString other :
        List.of(
            blob.bytes(),
            ByteString.copyFrom(deflated.toByteArray()),
            ByteString.copyFrom(gzipped.toByteArray()))) {
      Expect.invalid(() -> upload(elan, blob, other));
    }
    assertTrue(elan.hasNoObject(blob.digest()));
  }

  private static void illegal(TestedElan elan) throws IOException {
    Blob blob = elan.text(5000);
    ByteString packed = blob.packed();
    byte[] flipped = packed.toByteArray();
    flipped[flipped.length / 2] ^= 0x40;
    byte[] wrongChecksum = Zstds.checksummed(blob.bytes().toByteArray()).toByteArray();
    wrongChecksum[wrongChecksum.length - 1] ^= 1;
    for (ByteString bad :
        List.of(
            ByteString.EMPTY,
            packed.substring(0, 3),
            packed.substring(0, packed.size() / 2),
            packed.substring(0, packed.size() - 1),
            packed.concat(ByteString.copyFromUtf8("junk")),
            packed.concat(packed),
            packed.concat(packed.substring(0, 8)),
            ByteString.copyFrom(flipped),
            ByteString.copyFrom(wrongChecksum),
            BatchUpdateBlobsTest.withoutItsEnd(blob),
            Zstds.skippable(),
            Zstds.skippable().substring(0, 6),
            Zstds.window(14),
            Zstds.window(17),
            Zstds.window(21),
            Zstds.claiming(1L << 40),
            Zstds.withDictionary())) {
      Expect.invalid(() -> upload(elan, blob, bad));
    }
    assertTrue(elan.hasNoObject(blob.digest()));

    // The window of level 19 is legal, though it is the largest.
    Blob one = Blob.of("x");
    if (!elan.isThere(one.digest())) {
      upload(elan, one, Zstds.window(13));
    }
    assertReadable(elan, one);
  }
}
