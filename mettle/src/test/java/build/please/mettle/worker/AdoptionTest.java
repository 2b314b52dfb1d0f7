// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.FileStamp;
import build.please.elan.bucket.FileBucket;
import build.please.elan.store.BucketCas;
import build.please.proto.execution.ExecuteResponse;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Outputs become files of the store without a copy, but never one that can still change. */
@Timeout(60)
final class AdoptionTest {
  private static final String CONTENT = "what an action made";

  @TempDir Path directory;
  @TempDir Path work;
  private Cas cas;
  private Adoption adoption;
  private Path output;

  @BeforeEach
  void open() throws IOException {
    cas = BucketCas.of(FileBucket.open(Files.createDirectory(directory.resolve("store"))));
    adoption = at(Instant.now().plusSeconds(60));
    output = Files.writeString(directory.resolve("output"), CONTENT);
  }

  @AfterEach
  void close() throws IOException {
    cas.close();
  }

  private Adoption at(Instant now) {
    return new Adoption(cas.blobs(), Rig.FILE_NAMES, Clock.fixed(now, ZoneOffset.UTC));
  }

  private static Digest digest(String content) {
    return Digest.of(ByteString.copyFromUtf8(content));
  }

  private void assertLeft() throws IOException {
    assertFalse(adoption.tryGive(digest(CONTENT), output, Optional.empty()));
    assertTrue(Files.exists(output));
    assertEquals(Set.of(digest(CONTENT)), cas.blobs().findMissing(Set.of(digest(CONTENT))));
  }

  @Test
  void file_becomesTheStores() throws IOException {
    long inode = FileStamp.of(output).inode();
    assertTrue(adoption.tryGive(digest(CONTENT), output, Optional.empty()));

    assertFalse(Files.exists(output));
    FileStamp stored = cas.blobs().file(digest(CONTENT)).orElseThrow().stamp();
    assertEquals(inode, stored.inode());
    assertEquals(0444, stored.permissions());
  }

  @Test
  void fileThatSomebodyHasOpenForWriting_isNot() throws IOException {
    try (FileChannel writer = FileChannel.open(output, StandardOpenOption.WRITE)) {
      assertTrue(writer.isOpen());
      assertLeft();
    }
    assertTrue(adoption.tryGive(digest(CONTENT), output, Optional.empty()));
  }

  @Test
  void fileThatSomebodyReads_is() throws IOException {
    try (FileChannel reader = FileChannel.open(output, StandardOpenOption.READ)) {
      assertTrue(reader.isOpen());
      assertTrue(adoption.tryGive(digest(CONTENT), output, Optional.empty()));
    }
  }

  @Test
  void fileThatIsMappedForWriting_isNot() throws IOException {
    var mapped = map();
    assertEquals(CONTENT.length(), mapped.capacity());
    assertLeft();
    mapped.put(0, (byte) 'W');
  }

  private java.nio.MappedByteBuffer map() throws IOException {
    try (FileChannel channel =
        FileChannel.open(output, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(MapMode.READ_WRITE, 0, CONTENT.length());
    }
  }

  @Test
  void fileWithASecondName_isNot() throws IOException {
    Files.createLink(directory.resolve("other"), output);
    assertLeft();
  }

  @Test
  void fileWithOtherBytes_isNot() throws IOException {
    Files.writeString(output, CONTENT.toUpperCase(java.util.Locale.ROOT));
    assertLeft();
  }

  @Test
  void link_isNot_andWhatItLeadsToIsUntouched() throws IOException {
    Path target = Files.move(output, directory.resolve("target"));
    Files.createSymbolicLink(output, target);
    FileStamp before = FileStamp.of(target);
    assertLeft();
    assertEquals(before, FileStamp.of(target));
  }

  /** Bytes that are wrong tell that nobody looked. */
  @Test
  void fileThatWasHashedUnderThisStamp_isNotHashedAgain_norByTheStore() throws IOException {
    Digest wrong = digest(CONTENT.toUpperCase(java.util.Locale.ROOT));
    FileStamp old = FileStamp.of(output);
    Files.setLastModifiedTime(output, FileTime.fromMillis(1_000_000));
    assertFalse(adoption.tryGive(wrong, output, Optional.of(old)), "it was written to since");
    Optional<FileStamp> seen = Optional.of(FileStamp.of(output));
    assertTrue(adoption.tryGive(wrong, output, seen));
    assertTrue(cas.blobs().file(wrong).isPresent());
  }

  @Test
  void fileThatWasJustWritten_isLookedAtByTheStore() throws IOException {
    Digest wrong = digest(CONTENT.toUpperCase(java.util.Locale.ROOT));
    FileStamp stamp = FileStamp.of(output);
    Adoption now = at(Instant.ofEpochSecond(0, stamp.modifiedNanos()).plusMillis(9));
    assertTrue(now.tryGive(wrong, output, Optional.of(stamp)));
    assertTrue(cas.blobs().file(wrong).isEmpty());
  }

  @Test
  void storeInMemory_isNotAskedTwice() throws IOException {
    MapBlobStore memory = new MapBlobStore();
    Adoption none = new Adoption(memory, Rig.FILE_NAMES, Clock.systemUTC());
    assertFalse(none.tryGive(digest(CONTENT), output, Optional.empty()));
    Files.writeString(output, "");
    Files.writeString(output, CONTENT);
    FileStamp before = FileStamp.of(output);
    assertFalse(none.tryGive(digest(CONTENT), output, Optional.empty()));
    assertEquals(before, FileStamp.of(output));
  }

  @Test
  void outputsOfAnAction_areMoved_andWhatIsAnInputTooStays() throws IOException {
    try (Rig rig = new Rig(work)) {
      rig.inputs.file("in", "an input").script("tool", "a tool");
      rig.store(new Mirror(rig.blobs, cas.blobs()));
      rig.outputs("out", "dir", "same", "tool2");
      ExecuteResponse response =
          rig.shell(
                  "mkdir dir; yes one | head -c 80000 > out; yes two | head -c 80000 > dir/two;"
                      + " ln in same; ln tool tool2; stat -c %i out dir/two")
              .run();
      assertEquals(Code.OK, Rig.code(response), response::toString);

      String inodes = rig.stdout(response);
      FileStamp one = cas.blobs().file(digest("one\n".repeat(20_000))).orElseThrow().stamp();
      FileStamp two = cas.blobs().file(digest("two\n".repeat(20_000))).orElseThrow().stamp();
      assertEquals(one.inode() + "\n" + two.inode() + "\n", inodes);
      assertEquals(0444, cas.blobs().file(digest("an input")).orElseThrow().stamp().permissions());

      rig.action.clearCommandDigest();
      ExecuteResponse next = rig.shell("cat in; cat tool; stat -c %a in tool").run();
      assertEquals("an inputa tool444\n555\n", rig.stdout(next), next::toString);
    }
  }
}
