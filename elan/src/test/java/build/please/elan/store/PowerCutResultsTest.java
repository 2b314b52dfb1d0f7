// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.elan.bucket.FileBucket;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.OutputFile;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A result that a power cut has shortened is often a result, too, with fewer outputs. Nobody may
 * see that (fault 6).
 */
final class PowerCutResultsTest {
  private static final Digest ACTION = Digest.of(new byte[] {1, 2, 3});
  private static final ActionResult RESULT =
      ActionResult.newBuilder()
          .addOutputFiles(
              OutputFile.newBuilder().setPath("a").setDigest(Digest.EMPTY.toProto()).build())
          .addOutputFiles(
              OutputFile.newBuilder().setPath("b").setDigest(Digest.EMPTY.toProto()).build())
          .setStdoutRaw(ByteString.copyFromUtf8("some output"))
          .build();

  @TempDir Path root;
  private FileBucket bucket;
  private ActionCache actions;

  @BeforeEach
  void open() throws IOException {
    bucket = FileBucket.open(root);
    actions = BucketCas.of(bucket).actions();
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }

  private Path file() {
    return root.resolve(Keys.action(ACTION));
  }

  private void write(byte[] bytes, String time) throws IOException {
    Files.createDirectories(file().getParent());
    Files.deleteIfExists(file());
    Files.write(file(), bytes);
    Files.setLastModifiedTime(file(), FileTime.from(Instant.parse(time)));
  }

  /** As if the machine had stopped at some time after 2020. */
  private void restartAfterPowerCut() throws IOException {
    bucket.close();
    Files.writeString(
        root.resolve(".elan/last_use"), "boot another\nrunning\nclean 2020-01-01T00:00:00Z\n");
    open();
  }

  @Test
  void oursShortenedAnywhere_isAMiss() throws IOException {
    actions.put(ACTION, RESULT, ActionCache.Replace.ALWAYS);
    byte[] whole = Files.readAllBytes(file());
    assertEquals(Optional.of(RESULT), actions.find(ACTION));

    // Nothing at all is what others store for a result that says nothing (AC-20).
    for (int length = 1; length < whole.length; length++) {
      write(Arrays.copyOf(whole, length), "2019-01-01T00:00:00Z");
      assertEquals(Optional.empty(), actions.find(ACTION), "first " + length + " bytes");
    }
  }

  @Test
  void oursWithWrongBytes_isAMiss_andPutAway() throws IOException {
    actions.put(ACTION, RESULT, ActionCache.Replace.ALWAYS);
    byte[] whole = Files.readAllBytes(file());

    for (int i = 4; i < whole.length; i++) {
      byte[] wrong = whole.clone();
      wrong[i] ^= 1;
      write(wrong, "2019-01-01T00:00:00Z");
      assertEquals(Optional.empty(), actions.find(ACTION), "byte " + i);
      assertTrue(Files.notExists(file()), "byte " + i);
    }
  }

  /** A stored result of ours is a message that others can read. */
  @Test
  void ours_isReadByOthers() throws IOException {
    actions.put(ACTION, RESULT, ActionCache.Replace.ALWAYS);

    ActionResult read = ActionResult.parseFrom(Files.readAllBytes(file()));

    assertEquals(
        RESULT,
        read.toBuilder()
            .setUnknownFields(com.google.protobuf.UnknownFieldSet.getDefaultInstance())
            .build(),
        "but for fields that they ignore");
  }

  @Test
  void othersWrittenBeforeThePowerCut_isAMiss() throws IOException {
    write(RESULT.toByteArray(), "2021-06-01T00:00:00Z");
    assertEquals(Optional.of(RESULT), actions.find(ACTION), "nothing happened yet");

    restartAfterPowerCut();

    assertEquals(Optional.empty(), actions.find(ACTION));
    assertTrue(Files.exists(file()), "it may be whole");
    actions.put(ACTION, RESULT, ActionCache.Replace.UNLESS_WORSE);
    assertEquals(Optional.of(RESULT), actions.find(ACTION));
  }

  @Test
  void oursShortenedToNothing_byThePowerCut_isAMiss() throws IOException {
    write(new byte[0], "2021-06-01T00:00:00Z");

    restartAfterPowerCut();

    assertEquals(Optional.empty(), actions.find(ACTION));
  }

  @Test
  void othersWrittenWhenAllWasWell_isAHit() throws IOException {
    write(RESULT.toByteArray(), "2019-06-01T00:00:00Z");

    restartAfterPowerCut();

    assertEquals(Optional.of(RESULT), actions.find(ACTION));
  }

  @Test
  void oursWrittenBeforeThePowerCut_isAHit_ifItIsWhole() throws IOException {
    actions.put(ACTION, RESULT, ActionCache.Replace.ALWAYS);

    restartAfterPowerCut();

    assertEquals(Optional.of(RESULT), actions.find(ACTION));
  }
}
