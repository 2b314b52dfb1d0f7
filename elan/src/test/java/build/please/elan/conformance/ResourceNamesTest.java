// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.util.List;

/** BSN: the names of ByteStream (Appendix A). */
final class ResourceNamesTest extends Section {
  private static final String LONG_NAME = "a/".repeat(32_768);

  ResourceNamesTest() {
    check("BSN-01 BSN-02 BSN-03", "upload names", ResourceNamesTest::uploads);
    check("BSN-02", "no leading slash", ResourceNamesTest::leadingSlash);
    check("BSN-03", "the instance ends at the first keyword", ResourceNamesTest::instance);
    check("BSN-04", "one uuid for two blobs", ResourceNamesTest::sameUuid);
    check("BSN-05 BSN-06", "the function of a name", ResourceNamesTest::functions);
    check("BSN-07", "malformed names are refused by each call", ResourceNamesTest::malformed);
    check("BSN-07", "a name of 64 KiB is refused", ResourceNamesTest::longName);
    check("BSN-08", "what follows the size is ignored", ResourceNamesTest::tail);
    check("BSN-09", "read names have neither tail nor uploads", ResourceNamesTest::readNames);
    check("BSN-10", "compressed upload names", ResourceNamesTest::compressedUpload);
    check("BSN-11", "compressed read names", ResourceNamesTest::compressedRead);
    check("BSN-12", "only advertised compressors", ResourceNamesTest::compressors);
    check("BSN-13", "a header may repeat the name", ResourceNamesTest::header);
  }

  private static void uploads(TestedElan elan) {
    for (String prefix : List.of("", "mettle/", "a/b/c/")) {
      for (String uuid : List.of("5a1b1ac8-33d8-4d6a-8bd5-0a3ea5f9c7d2", "x", "with blank")) {
        Blob blob = elan.blob(10);
        String name = prefix + blob.uploadName(uuid);
        assertEquals(10, write(elan, name, blob.bytes()), name);
        assertEquals(blob.bytes(), elan.read(prefix + blob.readName()));
      }
    }
  }

  private static long write(TestedElan elan, String name, ByteString bytes) {
    return elan.upload().sendLast(name, 0, bytes).halfClose().committedSize();
  }

  private static void leadingSlash(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    Expect.invalid(() -> elan.read("/" + blob.readName()));
    Expect.invalid(() -> write(elan, "/" + blob.uploadName(), blob.bytes()));
    Expect.invalid(() -> elan.status("/" + blob.uploadName()));
  }

  private static void instance(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    for (String instance : List.of("one", "one/two", "a/b/c/d/e/f", "blob", "UPLOADS", "Blobs")) {
      assertEquals(blob.bytes(), elan.read(instance + "/" + blob.readName()));
      assertTrue(elan.status(instance + "/" + blob.uploadName()).getComplete());
    }
    // A keyword later on is the uuid's or the tail's business.
    Blob other = elan.blob(10);
    assertEquals(
        10, write(elan, "one/uploads/blobs/" + other.readName() + "/blobs/x", other.bytes()));
    for (String reserved : List.of("actions", "operations", "capabilities", "actionResults")) {
      Expect.invalid(() -> elan.read(reserved + "/" + blob.readName()));
      Expect.invalid(() -> elan.read("a/" + reserved + "/b/" + blob.readName()));
    }
  }

  private static void sameUuid(TestedElan elan) {
    Blob one = elan.blob(1000);
    Blob two = elan.blob(1000);
    Upload first = elan.upload().send(one.uploadName(), 0, one.part(0, 400));
    Upload second = elan.upload().send(two.uploadName(), 0, two.part(0, 300));
    Eventually.hold("both have begun", () -> elan.bucket().writers() == 2);

    Eventually.hold(
        "the first is counted", () -> elan.status(one.uploadName()).getCommittedSize() == 400);
    Eventually.hold(
        "the second is counted", () -> elan.status(two.uploadName()).getCommittedSize() == 300);
    assertEquals(1000, first.sendLast("", 400, one.from(400)).halfClose().committedSize());
    assertEquals(1000, second.sendLast("", 300, two.from(300)).halfClose().committedSize());
    assertEquals(one.bytes(), elan.read(one.readName()));
    assertEquals(two.bytes(), elan.read(two.readName()));
  }

  private static void functions(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    assertEquals(blob.bytes(), elan.read(blob.readName()));
    // Clients must not send it, some servers accept it (Appendix C 11).
    assertEquals(blob.bytes(), elan.read("blobs/sha256/" + blob.digest()));
    Blob blake3 = elan.stored(blob.blake3());
    String hash = blake3.digest().hash() + "/" + blake3.size();
    assertEquals(blob.bytes(), elan.read("blobs/blake3/" + hash));
    assertEquals(blob.bytes(), elan.read("a/b/blobs/blake3/" + hash));
    Expect.notFound(() -> elan.read("blobs/" + hash));
    Expect.notFound(() -> elan.read("blobs/sha256/" + hash));
    Expect.invalid(() -> elan.read("blobs/blake3/blake3/" + hash));
    Expect.invalid(() -> elan.read("blobs/" + hash + "/blake3"));
    assertTrue(elan.status("uploads/u/blobs/blake3/" + hash).getComplete());
    assertFalse(elan.status("uploads/u/blobs/" + hash).getComplete());
    for (String function :
        List.of(
            "sha256tree",
            "gitsha1",
            "sha1",
            "md5",
            "SHA256",
            "BLAKE3",
            "sha-256",
            "vso",
            "murmur3")) {
      Expect.invalid(function, () -> elan.read("blobs/" + function + "/" + blob.digest()));
      Expect.invalid(
          function,
          () -> write(elan, "uploads/u/blobs/" + function + "/" + blob.digest(), blob.bytes()));
    }
    Expect.invalid(() -> elan.read("blobs/" + "a".repeat(40) + "/10"));
  }

  private static void malformed(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    String hash = blob.digest().hash();
    for (String tail :
        List.of(
            "",
            "/",
            "nonsense",
            "blobs",
            "blobs/",
            "blobs/" + hash,
            "blobs/" + hash + "/",
            "blobs//" + hash + "/10",
            "blobs/" + hash + "//10",
            "blobs/10/" + hash,
            "blobs/" + hash + "/-10",
            "blobs/" + hash + "/+10",
            "blobs/" + hash + "/ 10",
            "blobs/" + hash + "/1e1",
            "blobs/" + hash + "/0x0a",
            "blobs/" + hash + "/10.0",
            "blobs/" + hash + "/\u0661\u0660",
            "blobs/" + hash + "/9223372036854775808",
            "blobs/" + hash + "/99999999999999999999999",
            "blobs/%2e%2e/10",
            "blobs/../../etc/passwd",
            "blobs/" + hash.substring(1) + "/10",
            "BLOBS/" + hash + "/10",
            "compressed-blobs/" + hash + "/10",
            "compressed-blobs/zstd/zstd/" + hash + "/10",
            hash + "/10")) {
      Expect.invalid(tail, () -> elan.read(tail));
      Expect.invalid(tail, () -> write(elan, "uploads/u/" + tail, blob.bytes()));
      Expect.invalid(tail, () -> elan.status("uploads/u/" + tail));
    }
    for (String name :
        List.of("uploads", "uploads/u", "uploads//blobs/" + hash + "/10", "u/" + blob.readName())) {
      Expect.invalid(name, () -> write(elan, name, blob.bytes()));
      Expect.invalid(name, () -> elan.status(name));
    }
  }

  private static void longName(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    for (String name :
        List.of(LONG_NAME + blob.readName(), "/".repeat(65_536), "blobs/" + "a".repeat(65_536))) {
      Expect.invalid("a long name", () -> elan.read(name));
      Expect.invalid("a long name", () -> elan.status(name));
      Expect.invalid("a long name", () -> write(elan, name, blob.bytes()));
    }
    Expect.invalid("a long tail", () -> elan.status(blob.uploadName() + "/" + LONG_NAME));
  }

  private static void tail(TestedElan elan) {
    for (String tail : List.of("/x", "/foo/bar.txt", "/blobs/uploads/1/2/3", "/a".repeat(1000))) {
      Blob blob = elan.blob(10);
      assertEquals(10, write(elan, blob.uploadName() + tail, blob.bytes()));
      assertEquals(blob.bytes(), elan.read(blob.readName()));
      assertTrue(elan.status(blob.uploadName() + tail).getComplete());
    }
  }

  private static void readNames(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    for (String name :
        List.of(
            blob.readName() + "/x",
            blob.readName() + "/",
            blob.packedReadName() + "/x",
            blob.uploadName(),
            "mettle/" + blob.uploadName(),
            blob.packedUploadName())) {
      Expect.invalid(name, () -> elan.read(name));
    }
  }

  private static void compressedUpload(TestedElan elan) {
    for (String prefix : List.of("", "mettle/", "a/b/")) {
      Blob blob = elan.text(1000);
      write(elan, prefix + blob.packedUploadName() + "/tail", blob.packed());
      assertEquals(blob.bytes(), elan.read(blob.readName()));
    }
    Blob blob = elan.text(1000);
    // Hash and size are those of the decoded bytes.
    Blob packed = Blob.of(blob.packed().toByteArray());
    Expect.invalid(
        () -> write(elan, "uploads/u/compressed-blobs/zstd/" + packed.digest(), blob.packed()));
    Expect.invalid(
        () ->
            write(
                elan,
                "uploads/u/compressed-blobs/zstd/" + blob.digest().hash() + "/" + packed.size(),
                blob.packed()));
  }

  private static void compressedRead(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.text(1000));
    for (String prefix : List.of("", "mettle/", "a/b/")) {
      assertEquals(blob.bytes(), Zstds.decoded(elan.read(prefix + blob.packedReadName())));
    }
  }

  private static void compressors(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.text(1000));
    for (String compressor :
        List.of("identity", "deflate", "brotli", "ZSTD", "Zstd", "gzip", "zstd ", "0", "4")) {
      String name = "compressed-blobs/" + compressor + "/" + blob.digest();
      Expect.invalid(name, () -> elan.read(name));
      Expect.invalid(name, () -> write(elan, "uploads/u/" + name, blob.packed()));
      Expect.invalid(name, () -> elan.status("uploads/u/" + name));
    }
  }

  private static void header(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of(
            "build.bazel.remote.execution.v2.resource-name", Metadata.ASCII_STRING_MARSHALLER),
        blob.readName());

    assertEquals(
        blob.bytes(),
        elan.bytes()
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .read(ReadTest.request(blob, 0, 0))
            .next()
            .getData());
  }
}
