// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache.Replace;
import build.please.common.cas.BlobSink;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cli.LoggingOptions;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.Buckets;
import build.please.elan.store.BucketCas;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.OutputFile;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Stores that move from one scheme to the other. */
final class CopyCommandTest {
  private static final Digest ACTION = Digest.of(new byte[] {42});

  @TempDir Path directory;
  private final List<byte[]> blobs = new ArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final PrintStream printed = new PrintStream(out, true, UTF_8);

  private Cas open(String url) throws IOException {
    return BucketCas.of(Buckets.open(url, Clock.systemUTC()));
  }

  private void fill(String url) throws IOException {
    Random random = new Random(1);
    try (Cas cas = open(url)) {
      for (int i = 0; i < 40; i++) {
        byte[] bytes = new byte[1 + random.nextInt(i % 4 == 0 ? 200_000 : 5_000)];
        random.nextBytes(bytes);
        blobs.add(bytes);
        Encoding encoding = i % 3 == 0 ? Encoding.ZSTD : Encoding.IDENTITY;
        try (BlobSink sink = cas.blobs().write(Digest.of(bytes), encoding)) {
          sink.write(encoding == Encoding.ZSTD ? Zstd.compress(bytes) : bytes);
          sink.commit();
        }
      }
      cas.actions().put(ACTION, result(), Replace.ALWAYS);
    }
  }

  private ActionResult result() {
    return ActionResult.newBuilder()
        .addOutputFiles(
            OutputFile.newBuilder().setPath("o").setDigest(Digest.of(blobs.get(1)).toProto()))
        .build();
  }

  private void assertWhole(String url) throws IOException {
    try (Cas cas = open(url)) {
      for (byte[] bytes : blobs) {
        try (InputStream in = cas.blobs().read(Digest.of(bytes), Encoding.IDENTITY, 0)) {
          assertArrayEquals(bytes, in.readAllBytes());
        }
      }
      assertEquals(result(), cas.actions().find(ACTION).orElseThrow());
    }
  }

  private String run(CopyCommand command, String... flags) {
    out.reset();
    CommandLine line = new CommandLine(command);
    line.setErr(new java.io.PrintWriter(printed, true, UTF_8));
    line.setExecutionExceptionHandler(
        (failure, parsed, result) -> {
          printed.println(failure.getMessage());
          return 1;
        });
    int code = line.execute(flags);
    return code + " " + out.toString(UTF_8).strip();
  }

  private ImportCommand importing() {
    return new ImportCommand(new LoggingOptions(), printed);
  }

  @Test
  void fromFilesToPackedAndBack_nothingIsLost() throws IOException {
    String files = "file://" + directory.resolve("files");
    String packed = "disk://" + directory.resolve("packed");
    String back = "file://" + directory.resolve("back");
    fill(files);

    assertTrue(run(importing(), "-s", packed, "--from", files).startsWith("0 copied 41 objects, "));
    assertWhole(packed);
    String exported =
        run(new ExportCommand(new LoggingOptions(), printed), "-s", packed, "--to", back);
    assertTrue(exported.startsWith("0 copied 41 objects, "), exported);
    assertWhole(back);
  }

  @Test
  void again_copiesOnlyWhatIsMissing_andNothingThatIsWrong() throws IOException {
    String files = "file://" + directory.resolve("files");
    String packed = "disk://" + directory.resolve("packed");
    fill(files);
    run(importing(), "-s", packed, "--from", files);
    Path wrong = directory.resolve("files/cas/ab/" + "ab".repeat(32));
    Files.createDirectories(wrong.getParent());
    Files.writeString(wrong, "not what its name says");
    try (Bucket some = Buckets.open(packed, Clock.systemUTC())) {
      String hash = Digest.of(blobs.get(1)).hash();
      assertTrue(some.delete("cas/" + hash.substring(0, 2) + "/" + hash));
    }

    assertEquals(
        "0 copied 1 objects, "
            + blobs.get(1).length
            + " bytes; 40 were there before; 1 are wrong and were left out",
        run(importing(), "-s", packed, "--from", files));
    assertWhole(packed);
  }

  @Test
  void storeThatAnotherHasOpen_isRefused() throws IOException {
    String files = "file://" + directory.resolve("files");
    String packed = "disk://" + directory.resolve("packed");
    fill(files);
    for (String open : List.of(files, packed)) {
      try (Cas other = open(open)) {
        String said = run(importing(), "-s", packed, "--from", files);
        assertTrue(said.startsWith("1 --") && said.contains("has this store open"), said);
        assertTrue(!said.contains("\n"), said);
        assertTrue(other.blobs().findMissing(List.of(Digest.of(blobs.get(1)))).size() < 2);
      }
    }
    for (String nonsense : List.of("mem://", "127.0.0.1:1", "nonsense")) {
      String said = run(importing(), "-s", packed, "--from", nonsense);
      assertTrue(said.startsWith("1 --from"), said);
    }
  }
}
