// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ResourceNameTest {
  private static final Digest DIGEST = Digest.of(new byte[] {1, 2, 3});
  private static final String BLOB = "blobs/" + DIGEST;
  private static final Digest BLAKE3 = new Digest(HashFunction.BLAKE3, DIGEST.hash(), 3);
  private static final String ZSTD = "compressed-blobs/zstd/" + DIGEST;

  @Test
  void parseRead_goodNames() throws IOException {
    for (String instance : List.of("", "main", "a/b/c", "sha256", "blake3", "zstd/1")) {
      String prefix = instance.isEmpty() ? "" : instance + "/";
      assertEquals(
          new ResourceName.Read(instance, DIGEST, Encoding.IDENTITY),
          ResourceName.parseRead(prefix + BLOB));
      assertEquals(
          new ResourceName.Read(instance, DIGEST, Encoding.ZSTD),
          ResourceName.parseRead(prefix + ZSTD));
    }
    assertEquals(
        new ResourceName.Read("", DIGEST, Encoding.IDENTITY),
        ResourceName.parseRead("blobs/sha256/" + DIGEST),
        "a function that clients should leave out");
  }

  @Test
  void function_isNamedForAllButSha256() throws IOException {
    assertEquals(
        new ResourceName.Read("", BLAKE3, Encoding.IDENTITY),
        ResourceName.parseRead("blobs/blake3/" + DIGEST));
    assertEquals(
        new ResourceName.Read("main", BLAKE3, Encoding.ZSTD),
        ResourceName.parseRead("main/compressed-blobs/zstd/blake3/" + DIGEST));
    assertEquals(
        new ResourceName.Upload("", "u", BLAKE3, Encoding.ZSTD),
        ResourceName.parseUpload("uploads/u/compressed-blobs/zstd/blake3/" + DIGEST + "/tail"));
    assertEquals(
        "main/blobs/blake3/" + DIGEST,
        new ResourceName.Read("main", BLAKE3, Encoding.IDENTITY).toString());
    assertEquals(
        "uploads/u/blobs/" + DIGEST,
        new ResourceName.Upload("", "u", DIGEST, Encoding.IDENTITY).toString());
  }

  @Test
  void parseRead_badNames() {
    for (String bad :
        List.of(
            "",
            "/",
            "main",
            "/" + BLOB,
            "//" + BLOB,
            "a//" + BLOB,
            BLOB + "/",
            BLOB + "/more",
            "blobs",
            "blobs/" + DIGEST.hash(),
            "blobs/" + DIGEST.hash() + "/",
            "blobs/" + DIGEST.hash() + "/x",
            "blobs/" + DIGEST.hash() + "/-3",
            "blobs/" + DIGEST.hash() + "/+3",
            "blobs/" + DIGEST.hash() + "/3.0",
            "blobs/" + DIGEST.hash() + "/9223372036854775808",
            "blobs/" + DIGEST.hash() + "/99999999999999999999999",
            "blobs/" + DIGEST.hash().substring(1) + "/3",
            "blobs/BLAKE3/" + DIGEST,
            "blobs/blake3/blake3/" + DIGEST,
            "blobs/sha256/blake3/" + DIGEST,
            "blobs/sha1/" + DIGEST,
            "blobs/sha256tree/" + DIGEST,
            "blake3/compressed-blobs/zstd/blake3",
            "compressed-blobs/blake3/zstd/" + DIGEST,
            "compressed-blobs/" + DIGEST,
            "compressed-blobs/identity/" + DIGEST,
            "compressed-blobs/ZSTD/" + DIGEST,
            "compressed-blobs/deflate/" + DIGEST,
            "actions/" + BLOB,
            "a/operations/" + BLOB,
            "uploads/1-2-3/" + BLOB)) {
      assertThrows(MalformedException.class, () -> ResourceName.parseRead(bad), bad);
    }
  }

  @Test
  void parseUpload_goodNames() throws IOException {
    for (String instance : List.of("", "main", "a/b/c")) {
      String prefix = (instance.isEmpty() ? "" : instance + "/") + "uploads/1-2-3/";
      for (String metadata : List.of("", "/name", "/some/path/blobs/x")) {
        assertEquals(
            new ResourceName.Upload(instance, "1-2-3", DIGEST, Encoding.ZSTD),
            ResourceName.parseUpload(prefix + ZSTD + metadata));
      }
      assertEquals(
          new ResourceName.Upload(instance, "1-2-3", DIGEST, Encoding.IDENTITY),
          ResourceName.parseUpload(prefix + BLOB));
    }
  }

  @Test
  void parseUpload_badNames() {
    for (String bad :
        List.of(
            "",
            BLOB,
            "uploads/" + BLOB,
            "uploads//" + BLOB,
            "uploads/1-2-3/" + DIGEST,
            "uploads/1-2-3/uploads/" + BLOB,
            "uploads/1-2-3/blobs/" + DIGEST.hash(),
            "uploads/1-2-3")) {
      assertThrows(MalformedException.class, () -> ResourceName.parseUpload(bad), bad);
    }
  }

  @Test
  void toString_isParsedAgain() throws IOException {
    for (String instance : List.of("", "main", "a/b")) {
      for (Encoding encoding : Encoding.values()) {
        ResourceName.Read read = new ResourceName.Read(instance, DIGEST, encoding);
        assertEquals(read, ResourceName.parseRead(read.toString()));
        ResourceName.Upload upload = new ResourceName.Upload(instance, "u", BLAKE3, encoding);
        assertEquals(upload, ResourceName.parseUpload(upload.toString()));
      }
    }
  }

  @Test
  void checkInstance_refusesEmptyAndReservedSegments() {
    for (String good : List.of("", "main", "a/b", "blob")) {
      assertDoesNotThrow(() -> ResourceName.checkInstance(good));
    }
    for (String bad : List.of("/", "a/", "/a", "a//b", "blobs", "a/uploads", "compressed-blobs")) {
      assertThrows(MalformedException.class, () -> ResourceName.checkInstance(bad), bad);
    }
  }

  @Test
  void hugeName_isShortenedInTheMessage() {
    MalformedException e =
        assertThrows(MalformedException.class, () -> ResourceName.parseRead("a".repeat(1_000_000)));
    assertTrue(String.valueOf(e.getMessage()).length() < 400);
  }
}
