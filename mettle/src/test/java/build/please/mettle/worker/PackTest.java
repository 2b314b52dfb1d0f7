// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.Directory;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.Tree;
import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Packs, made of outputs and read for inputs (clients.md, A.6). */
@Timeout(60)
final class PackTest {
  private static final int FILES = 40;

  /** Files {@code dir/f1} to {@code dir/f40}, every other one in a directory below. */
  private static final String MANY =
      "mkdir -p dir/deep; i=0; while [ $i -lt 40 ]; do i=$((i+1));"
          + " if [ $((i % 2)) = 0 ]; then echo $i > dir/deep/f$i; else echo $i > dir/f$i; fi; done;"
          + " chmod +x dir/f1; ln -s f1 dir/link; ";

  @TempDir Path directory;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(directory);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private OutputDirectory made(String script) {
    ExecuteResponse response = rig.shell(script).outputs("dir").run();
    assertEquals(0, response.getStatus().getCode(), response::toString);
    return response.getResult().getOutputDirectories(0);
  }

  private Directory root(OutputDirectory output) throws IOException {
    return Tree.parseFrom(rig.bytes(output.getTreeDigest())).getRoot();
  }

  private static Digest pack(Directory directory) {
    return Pack.of(directory).orElseThrow();
  }

  /** What a later action sees of it at {@code in/}, on a machine that has none of it. */
  private String seen(Directory inputs) throws IOException {
    Directory.Builder root = Directory.newBuilder();
    root.addDirectoriesBuilder().setName("in").setDigest(rig.blobs.put(inputs).toProto());
    try (Rig other = new Rig(directory.resolve("other")).store(rig.blobs)) {
      other.action.setInputRootDigest(rig.blobs.put(root.build()).toProto());
      other.shell("cat in/f* in/deep/f* | sort -n; ls in/link; test -x in/f1 && ! test -x in/f3");
      ExecuteMessage message = other.message();
      rig.blobs.blobs.putAll(other.blobs.blobs);
      rig.blobs.asked.clear();
      rig.blobs.reads.set(0);
      ExecuteResponse response = other.run(message);
      assertEquals(0, response.getStatus().getCode(), response::toString);
      assertEquals(0, response.getResult().getExitCode(), response::toString);
      return rig.stdout(response);
    }
  }

  private static String expected() {
    StringBuilder lines = new StringBuilder();
    for (int i = 1; i <= FILES; i++) {
      lines.append(i).append('\n');
    }
    return lines + "in/link\n";
  }

  private Digest file(int number) {
    return Digest.of(ByteString.copyFromUtf8(number + "\n"));
  }

  @Test
  void outputDirectory_namesItsPackAtTheRootAlone() throws IOException {
    rig.packs(OutputPacks.MADE);
    OutputDirectory output = made(MANY);

    Tree tree = Tree.parseFrom(rig.bytes(output.getTreeDigest()));
    assertTrue(rig.blobs.blobs.containsKey(pack(tree.getRoot())));
    assertTrue(Pack.of(tree.getChildren(0)).isEmpty());
    Directory plain = tree.getRoot().toBuilder().clearNodeProperties().build();
    assertTrue(rig.blobs.blobs.containsKey(Digest.of(plain)), "the root as it was");
    assertTrue(rig.blobs.blobs.containsKey(Digest.of(tree.getRoot())), "the root with its pack");
  }

  @Test
  void outputDirectory_goesWithoutUnlessAskedFor() throws IOException {
    assertTrue(Pack.of(root(made(MANY))).isEmpty());
  }

  @Test
  void pack_isTheSameForEqualDirectories_andOfNobody() throws IOException {
    rig.packs(OutputPacks.MADE);
    Digest first = pack(root(made(MANY)));
    Digest again = pack(root(made("echo something else > x; " + MANY)));
    assertEquals(first, again);

    ByteString bytes = rig.bytes(first.toProto());
    byte[] plain = Zstd.decompress(bytes.toByteArray(), 1 << 20);
    int entries = 0;
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new java.io.ByteArrayInputStream(plain))) {
      for (TarArchiveEntry entry = tar.getNextEntry();
          entry != null;
          entry = tar.getNextEntry(), entries++) {
        assertEquals("nobody", entry.getUserName());
        assertEquals(65534, entry.getLongGroupId());
        assertEquals(946_684_800_000L, entry.getLastModifiedTime().toMillis());
        assertEquals(entries == 0, entry.isSymbolicLink(), entry::getName);
        int mode = entry.getName().matches("f1|link|deep/") ? 0555 : 0444;
        assertEquals(mode, entry.getMode(), entry::getName);
      }
    }
    assertEquals(FILES + 2, entries);
  }

  @Test
  void inputs_comeByThePack() throws IOException {
    rig.packs(OutputPacks.MADE);
    Directory root = root(made(MANY));

    assertEquals(expected(), seen(root));
    assertEquals(1, rig.blobs.reads.get());
    assertTrue(rig.blobs.asked.contains(pack(root)));
    assertFalse(rig.blobs.asked.contains(file(7)));
  }

  @Test
  void packThatIsGone_isDoneWithout() throws IOException {
    rig.packs(OutputPacks.MADE);
    Directory root = root(made(MANY));
    rig.blobs.blobs.remove(pack(root));

    assertEquals(expected(), seen(root));
    assertTrue(rig.blobs.asked.contains(file(7)));
  }

  @Test
  void packOfOtherBytes_doesNoHarm() throws IOException {
    Directory plain = root(made(MANY));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name())) {
      put(tar, "../../escaped", "1\n");
      put(tar, "/tmp/absolute", "1\n");
      put(tar, "f3", "3\n");
      put(tar, "f5", "forged\n");
    }
    refused(plain, ByteString.copyFrom(Zstd.compress(bytes.toByteArray())));
    assertFalse(rig.blobs.asked.contains(file(3)), "what was right is used");
    assertTrue(rig.blobs.asked.contains(file(5)));
  }

  @Test
  void packThatIsNone_doesNoHarm() throws IOException {
    Directory plain = root(made(MANY));
    refused(plain, ByteString.copyFromUtf8("no zstd"));
    refused(plain, ByteString.copyFrom(Zstd.compress("no tar".getBytes(StandardCharsets.UTF_8))));
    assertEquals(expected(), seen(named(plain, "no digest")));
    assertEquals(expected(), seen(named(plain, file(7).hash() + "/x")));
  }

  /** A kilobyte that unpacks to 64 MiB of one file, in the place of 40 small ones. */
  @Test
  void bomb_isGivenUp() throws IOException {
    Directory plain = root(made(MANY));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      put(tar, "f3", "\0".repeat(64 << 20));
    }
    refused(plain, ByteString.copyFrom(Zstd.compress(bytes.toByteArray())));
  }

  private void refused(Directory plain, ByteString pack) throws IOException {
    assertEquals(expected(), seen(Pack.named(plain, rig.blobs.put(pack))));
  }

  private static Directory named(Directory directory, String pack) {
    Directory.Builder named = directory.toBuilder();
    named.getNodePropertiesBuilder().addPropertiesBuilder().setName("mettle.pack").setValue(pack);
    return named.build();
  }

  private static void put(TarArchiveOutputStream tar, String name, String content)
      throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }
}
