// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.Directory;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DigestTest {
  /** SHA-256 of "abc", from FIPS 180-2. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  private static final String EMPTY =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  @TempDir Path directory;

  @Test
  void of_everySource_isTheSame() throws IOException {
    byte[] bytes = "abc".getBytes(StandardCharsets.UTF_8);
    Digest abc = new Digest(ABC, 3);
    assertEquals(abc, Digest.of(bytes));
    assertEquals(abc, Digest.of(ByteString.copyFrom(bytes)));
    assertEquals(
        abc, Digest.of(ByteString.copyFromUtf8("a").concat(ByteString.copyFromUtf8("bc"))));
    assertEquals(abc, Digest.of(Files.write(directory.resolve("abc"), bytes)));
    MessageDigest sha256 = Digest.sha256();
    sha256.update(bytes);
    assertEquals(abc, Digest.of(sha256, 3));
    assertEquals(ABC + "/3", abc.toString());
  }

  @Test
  void of_largeFile_readsAllOfIt() throws IOException {
    byte[] bytes = new byte[200_000];
    bytes[199_999] = 1;
    assertEquals(Digest.of(bytes), Digest.of(Files.write(directory.resolve("large"), bytes)));
  }

  @Test
  void empty_isTheBlobOfNoBytes() {
    assertEquals(new Digest(EMPTY, 0), Digest.EMPTY);
    assertTrue(Digest.EMPTY.isEmpty());
    assertEquals(Digest.EMPTY, Digest.of(Directory.getDefaultInstance()));
  }

  @Test
  void parse_whatToProtoGave_isTheSame() throws IOException {
    Digest abc = new Digest(ABC, 3);
    assertEquals(abc, Digest.parse(abc.toProto()));
    assertEquals(Digest.EMPTY, Digest.parse(Digest.EMPTY.toProto()));
    assertEquals(
        new Digest(ABC, Long.MAX_VALUE), Digest.parse(ABC, Long.MAX_VALUE), "the largest size");
  }

  @Test
  void parse_malformed_isRefused() {
    for (Map.Entry<String, Long> bad :
        List.of(
            Map.entry("", 0L),
            Map.entry("", 3L),
            Map.entry(ABC.toUpperCase(Locale.ROOT), 3L),
            Map.entry(ABC.substring(1), 3L),
            Map.entry(ABC + "0", 3L),
            Map.entry("g" + ABC.substring(1), 3L),
            Map.entry("/" + ABC.substring(1), 3L),
            Map.entry("\u0661" + ABC.substring(1), 3L),
            Map.entry(ABC, -1L),
            Map.entry(ABC, Long.MIN_VALUE),
            Map.entry(ABC, 0L),
            Map.entry(EMPTY, 1L))) {
      assertThrows(
          MalformedException.class,
          () -> Digest.parse(bad.getKey(), bad.getValue()),
          bad.toString());
      assertThrows(
          IllegalArgumentException.class,
          () -> new Digest(bad.getKey(), bad.getValue()),
          bad.toString());
    }
  }

  @Test
  void parse_unsetMessage_isRefusedWithAHint() {
    MalformedException e =
        assertThrows(
            MalformedException.class,
            () -> Digest.parse(build.please.proto.execution.Digest.getDefaultInstance()));
    assertTrue(String.valueOf(e.getMessage()).contains("unset"), e.getMessage());
  }

  @Test
  void theFunctionIsPartOfTheIdentity() {
    Digest sha256 = new Digest(ABC, 3);
    Digest blake3 = new Digest(HashFunction.BLAKE3, ABC, 3);
    assertEquals(new Digest(HashFunction.SHA256, ABC, 3), sha256);
    assertNotEquals(sha256, blake3);
    assertEquals(2, new TreeSet<>(List.of(sha256, blake3)).size());
    assertEquals("blake3/" + ABC + "/3", blake3.toString());
  }

  @Test
  void empty_isOfEachFunctionAnother() throws IOException {
    for (HashFunction function : HashFunction.ALL) {
      Digest empty = Digest.empty(function);
      assertTrue(empty.isEmpty());
      assertEquals(empty, Digest.of(function, ByteString.EMPTY));
      assertEquals(empty, Digest.parse(function, empty.toProto()));
    }
    assertThrows(
        MalformedException.class, () -> Digest.parse(HashFunction.BLAKE3, Digest.EMPTY.toProto()));
    assertThrows(
        MalformedException.class, () -> Digest.parse(Digest.empty(HashFunction.BLAKE3).toProto()));
  }

  @Test
  void sizeIsPartOfTheIdentity() {
    Digest three = new Digest(ABC, 3);
    Digest four = new Digest(ABC, 4);
    assertNotEquals(three, four);
    assertEquals(List.of(three, four), List.copyOf(new TreeSet<>(List.of(four, three))));
    assertTrue(three.compareTo(Digest.EMPTY) < 0, "by hash first");
  }

  @Test
  void isOf_comparesHashAndSize_ofBytesInAnyPieces() {
    for (HashFunction function : HashFunction.ALL) {
      MessageDigest hasher = function.hasher();
      ByteString bytes =
          ByteString.copyFromUtf8("a".repeat(200)).concat(ByteString.copyFromUtf8("b".repeat(300)));
      Digest digest = Digest.of(function, ByteString.copyFrom(bytes.toByteArray()));
      assertEquals(digest, Digest.of(function, bytes));
      assertTrue(digest.isOf(bytes, hasher));
      assertTrue(
          digest.isOf(UnsafeByteOperations.unsafeWrap(bytes.asReadOnlyByteBuffer()), hasher));
      assertFalse(new Digest(function, digest.hash(), 499).isOf(bytes, hasher));
      for (int i : new int[] {0, 1, 62, 63}) {
        char other = digest.hash().charAt(i) == '0' ? '1' : '0';
        String wrong = digest.hash().substring(0, i) + other + digest.hash().substring(i + 1);
        assertFalse(new Digest(function, wrong, 500).isOf(bytes, hasher), wrong);
      }
    }
  }

  @Test
  void onlyLowerCaseHex_isAHash() {
    for (char c = 0; c < 700; c++) {
      String hash = ABC.substring(0, 40) + c + ABC.substring(41);
      boolean hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      if (hex) {
        assertEquals(hash, new Digest(hash, 3).hash());
      } else {
        assertThrows(MalformedException.class, () -> Digest.parse(hash, 3));
      }
    }
  }
}
