// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache.Replace;
import build.please.common.cas.BlobSink;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.Directories;
import build.please.common.cas.Encoding;
import build.please.common.cas.MalformedException;
import build.please.common.cas.TreeReader;
import build.please.elan.bucket.BucketWriter;
import build.please.elan.bucket.MemoryBucket;
import build.please.elan.store.BucketCas;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.Tree;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;

/** Messages that a client may have stored, and that others make the server read. */
final class StoredTargets {
  /** A file that is there; the corpus names it. */
  static final ByteString FILE = ByteString.copyFromUtf8("here");

  /** A directory that is there, with that file; the corpus names it. */
  static final Directory LEAF =
      Directory.newBuilder()
          .addFiles(FileNode.newBuilder().setName("f").setDigest(Digest.of(FILE).toProto()))
          .build();

  private static final Digest ACTION = Digest.of(ByteString.copyFromUtf8("action"));

  private StoredTargets() {}

  private static Cas open(MemoryBucket bucket) throws IOException {
    Cas cas = BucketCas.of(bucket);
    store(cas, FILE);
    store(cas, LEAF.toByteString());
    return cas;
  }

  private static Digest store(Cas cas, ByteString bytes) throws IOException {
    Digest digest = Digest.of(bytes);
    try (BlobSink sink = cas.blobs().write(digest, Encoding.IDENTITY)) {
      bytes.writeTo(sink);
      sink.commit();
    }
    return digest;
  }

  /** A directory is read if it is sound, by the name that its bytes have; else it is malformed. */
  static void directory(byte[] input) throws IOException {
    try (Cas cas = open(new MemoryBucket(Clock.systemUTC()))) {
      ByteString bytes = ByteString.copyFrom(input);
      Digest digest = store(cas, bytes);
      Directory sound;
      try {
        sound = Directories.parse(digest, bytes);
      } catch (MalformedException refused) {
        assertMalformed(cas, digest);
        return;
      }
      if (mayBeMalformedBelow(sound)) {
        return;
      }
      TreeReader.Closure tree = new TreeReader(cas.blobs()).read(digest);
      assertEquals(sound, tree.directories().get(digest));
      assertFalse(tree.missing().contains(digest));
      assertTrue(tree.directories().size() <= 1 + sound.getDirectoriesCount());
    }
  }

  /** Whether it names the file as a directory, or directories that claim to be very large. */
  private static boolean mayBeMalformedBelow(Directory directory) {
    return directory.getDirectoriesList().stream()
        .map(DirectoryNode::getDigest)
        .anyMatch(child -> child.getSizeBytes() > 1 << 20 || child.getSizeBytes() == FILE.size());
  }

  private static void assertMalformed(Cas cas, Digest digest) throws IOException {
    try {
      new TreeReader(cas.blobs()).read(digest);
    } catch (MalformedException refused) {
      return;
    }
    throw new AssertionError("a directory is malformed, but read");
  }

  /** A result with a tree is a hit only if the tree is one, and every file of it is there. */
  static void tree(byte[] input) throws IOException {
    try (Cas cas = open(new MemoryBucket(Clock.systemUTC()))) {
      Digest digest = store(cas, ByteString.copyFrom(input));
      ActionResult result =
          ActionResult.newBuilder()
              .addOutputDirectories(
                  OutputDirectory.newBuilder().setPath("d").setTreeDigest(digest.toProto()))
              .build();
      cas.actions().put(ACTION, result, Replace.ALWAYS);
      if (cas.actions().find(ACTION).isPresent()) {
        Tree tree = Tree.parseFrom(input);
        assertFilesAreThere(cas, tree.getRoot());
        for (Directory child : tree.getChildrenList()) {
          assertFilesAreThere(cas, child);
        }
      }
    }
  }

  private static void assertFilesAreThere(Cas cas, Directory directory) throws IOException {
    for (FileNode file : directory.getFilesList()) {
      assertIsThere(cas, file.getDigest());
    }
  }

  private static void assertIsThere(Cas cas, build.please.proto.execution.Digest digest)
      throws IOException {
    assertEquals(Set.of(), cas.blobs().findMissing(Set.of(Digest.parse(digest))));
  }

  /** A result is taken if it is sound, and a hit only if every blob that it names is there. */
  static void actionResult(byte[] input) throws IOException {
    MemoryBucket bucket = new MemoryBucket(Clock.systemUTC());
    try (Cas cas = open(bucket)) {
      // As it may lie in the store.
      String key = "ac/" + ACTION.hash().substring(0, 2) + "/" + ACTION.hash();
      try (BucketWriter writer = bucket.write(key, input.length)) {
        writer.write(input, 0, input.length);
        writer.commit();
      }
      Optional<ActionResult> found = cas.actions().find(ACTION);
      if (found.isPresent()) {
        for (OutputFile file : found.get().getOutputFilesList()) {
          assertIsThere(cas, file.getDigest());
        }
        if (found.get().hasStdoutDigest()) {
          assertIsThere(cas, found.get().getStdoutDigest());
        }
      }
      // As a client may send it.
      ActionResult sent;
      try {
        sent = ActionResult.parseFrom(input);
        cas.actions().put(ACTION, sent, Replace.ALWAYS);
      } catch (InvalidProtocolBufferException | MalformedException refused) {
        return;
      }
      cas.actions()
          .find(ACTION)
          .ifPresent(answer -> assertEquals(sent.getExitCode(), answer.getExitCode()));
    }
  }
}
