// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.elan.bucket.FileBucket;
import build.please.elan.bucket.StoredObject;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.OutputFile;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** One directory, used by the Go servers and by ours in turn (faults 9, 16). */
final class GoLayoutTest {
  /** What go-cloud writes beside each object. */
  private static final String ATTRIBUTES =
      "{\"user.cache_control\":\"\",\"user.content_disposition\":\"\","
          + "\"user.content_encoding\":\"\",\"user.content_language\":\"\","
          + "\"user.content_type\":\"application/octet-stream\",\"user.metadata\":null,"
          + "\"md5\":\"CY9rzUYh03PK3k6DJie09g==\"}\n";

  private static final byte[] PLAIN = Blobs.random(3000, 1);
  private static final byte[] PACKED = "zip zap ".repeat(50_000).getBytes(UTF_8);
  private static final Digest ACTION = Digest.of(new byte[] {3});
  private static final ActionResult RESULT =
      ActionResult.newBuilder()
          .addOutputFiles(
              OutputFile.newBuilder().setPath("out/a").setDigest(Digest.of(PLAIN).toProto()))
          .addOutputFiles(
              OutputFile.newBuilder().setPath("out/b").setDigest(Digest.of(PACKED).toProto()))
          .build();

  @TempDir Path root;
  private FileBucket bucket;
  private Cas cas;

  @BeforeEach
  void open() throws IOException {
    put("cas", Digest.of(PLAIN).hash(), PLAIN);
    put("zstd_cas", Digest.of(PACKED).hash(), streamed(PACKED));
    put("ac", ACTION.hash(), RESULT.toByteArray());
    bucket = FileBucket.open(root);
    cas = BucketCas.of(bucket);
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }

  /** As go-cloud does it: a temporary file, which is nobody else's to read, and its side-car. */
  private void put(String kind, String hash, byte[] bytes) throws IOException {
    Path directory = Files.createDirectories(root.resolve(kind).resolve(hash.substring(0, 2)));
    Path file = Files.write(directory.resolve(hash), bytes);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(directory.resolve(hash + ".attrs"), ATTRIBUTES);
  }

  /** Without the size in its frame, as streams are packed. */
  private static byte[] streamed(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (ZstdOutputStream zstd = new ZstdOutputStream(packed)) {
      zstd.write(bytes);
    }
    return packed.toByteArray();
  }

  /** Every file outside of our own directory, with its time and bytes. */
  private Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        String name = root.relativize(path).toString();
        if (!name.startsWith(".elan/")) {
          files.put(
              name,
              Files.getLastModifiedTime(path)
                  + " "
                  + Digest.of(path)
                  + " "
                  + PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        }
      }
    }
    return files;
  }

  @Test
  void whatTheyWrote_isReadInEveryForm_andLeftAsItIs() throws IOException {
    Map<String, String> before = files();

    Set<Digest> both = Set.of(Digest.of(PLAIN), Digest.of(PACKED));
    assertEquals(Set.of(), cas.blobs().findMissing(both));
    assertEquals(both, cas.blobs().readAll(both).keySet());
    for (byte[] bytes : List.of(PLAIN, PACKED)) {
      Digest digest = Digest.of(bytes);
      assertArrayEquals(bytes, Blobs.load(cas.blobs(), digest, Encoding.IDENTITY, 0));
      byte[] packed = Blobs.load(cas.blobs(), digest, Encoding.ZSTD, 0);
      assertTrue(packed.length > 0);
    }
    assertEquals(Optional.of(RESULT), cas.actions().find(ACTION));
    bucket.close();

    assertEquals(before, files(), "nothing was written, removed or touched");
  }

  @Test
  void whatWeWrite_isNamedAndFormedAsTheyExpect() throws IOException {
    byte[] plain = Blobs.random(500, 7);
    byte[] packed = "abc ".repeat(1000).getBytes(UTF_8);
    Digest action = Digest.of(new byte[] {4});
    Set<String> before = files().keySet();

    Blobs.store(cas.blobs(), plain);
    Blobs.store(cas.blobs(), Digest.of(packed), Encoding.ZSTD, Blobs.zstd(packed));
    cas.actions().put(action, RESULT, ActionCache.Replace.ALWAYS);
    Digest empty = Digest.EMPTY;
    Blobs.store(cas.blobs(), empty, Encoding.IDENTITY, new byte[0]);
    bucket.close();

    String plainKey = key("cas", Digest.of(plain));
    String packedKey = key("zstd_cas", Digest.of(packed));
    String actionKey = key("ac", action);
    assertEquals(
        Set.of(plainKey, packedKey, actionKey),
        files().keySet().stream()
            .filter(name -> !before.contains(name))
            .collect(Collectors.toSet()));
    assertArrayEquals(plain, Files.readAllBytes(root.resolve(plainKey)));
    assertArrayEquals(Blobs.zstd(packed), Files.readAllBytes(root.resolve(packedKey)));
    ActionResult read = ActionResult.parseFrom(Files.readAllBytes(root.resolve(actionKey)));
    assertEquals(RESULT.getOutputFilesList(), read.getOutputFilesList());
    try (Stream<Path> top = Files.list(root)) {
      assertEquals(
          Set.of("ac", "cas", "zstd_cas", ".elan"),
          top.map(path -> path.getFileName().toString()).collect(Collectors.toSet()));
    }
  }

  private static String key(String kind, Digest digest) {
    return kind + "/" + digest.hash().substring(0, 2) + "/" + digest.hash();
  }

  @Test
  void whatTheyReplace_isReadAnew() throws IOException {
    Blobs.load(cas.blobs(), Digest.of(PLAIN), Encoding.IDENTITY, 0);
    ActionResult other =
        RESULT.toBuilder()
            .clearOutputFiles()
            .setExitCode(0)
            .setStdoutRaw(com.google.protobuf.ByteString.copyFromUtf8("other"))
            .build();
    put("ac", ACTION.hash(), other.toByteArray());

    assertEquals(Optional.of(other), cas.actions().find(ACTION));
  }

  /** Side-cars are known and not worth a word. */
  @Test
  void whatIsNoObject_isPassedOver_withOneWarning() throws IOException {
    String hash = Digest.of(PLAIN).hash();
    Path shelf = root.resolve("cas").resolve(hash.substring(0, 2));
    Files.writeString(shelf.resolve(hash + "~"), "editor");
    Files.writeString(shelf.resolve("." + hash + ".swp"), "editor");
    Files.writeString(shelf.resolve("fileblob1234567"), "half an object of theirs");
    Files.writeString(root.resolve("README"), "notes");
    Files.createDirectory(root.resolve("lost+found"));
    Files.writeString(root.resolve("lost+found/#12345"), "found");
    Files.createSymbolicLink(root.resolve("cas/round"), root);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    Logger logger = (Logger) LoggerFactory.getLogger("build.please.elan.bucket");
    logger.addAppender(lines);
    try {
      for (int i = 0; i < 2; i++) {
        try (Stream<StoredObject> all = bucket.list("")) {
          assertEquals(
              Set.of(
                  key("cas", Digest.of(PLAIN)),
                  key("zstd_cas", Digest.of(PACKED)),
                  key("ac", ACTION)),
              all.map(StoredObject::key).collect(Collectors.toSet()));
        }
      }
    } finally {
      logger.detachAppender(lines);
    }
    assertEquals(1, lines.list.size(), lines.list.toString());
    assertTrue(lines.list.get(0).getFormattedMessage().contains("ignored"));
  }
}
