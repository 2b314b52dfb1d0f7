// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache;
import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.Directories;
import build.please.common.cas.Encoding;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName;
import build.please.common.cas.TreeReader;
import build.please.common.cas.ZstdDecodingStream;
import build.please.elan.bucket.MemoryBucket;
import build.please.elan.store.BucketCas;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.SymlinkNode;
import build.please.proto.execution.Tree;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bad input is refused in the way that is meant for it, and never otherwise. */
final class FuzzTest {
  private static final Digest SOME = Digest.of(new byte[] {1, 2, 3});

  private static List<byte[]> texts(String... texts) {
    return List.of(texts).stream().map(t -> t.getBytes(StandardCharsets.UTF_8)).toList();
  }

  @Test
  void resourceNames() {
    Fuzz.run(
        "resource names",
        texts(
            "blobs/" + SOME,
            "a/b/blobs/sha256/" + SOME,
            "compressed-blobs/zstd/" + SOME,
            "uploads/6ba7b810-9dad-11d1-80b4-00c04fd430c8/blobs/" + SOME,
            "mettle/uploads/u/compressed-blobs/zstd/" + SOME + "/some/tail",
            "actions/operations/capabilities/" + Digest.EMPTY),
        input -> {
          String name = new String(input, StandardCharsets.UTF_8);
          try {
            ResourceName.Read read = ResourceName.parseRead(name);
            assertEquals(read, ResourceName.parseRead(read.toString()));
            ResourceName.checkInstance(read.instance());
          } catch (MalformedException refused) {
            assertTrue(refused.getMessage() != null && refused.getMessage().length() < 1000);
          }
          try {
            ResourceName.Upload upload = ResourceName.parseUpload(name);
            assertEquals(upload, ResourceName.parseUpload(upload.toString()));
            ResourceName.checkInstance(upload.instance());
          } catch (MalformedException refused) {
            assertTrue(refused.getMessage() != null && refused.getMessage().length() < 1000);
          }
        });
  }

  @Test
  void digests() {
    Fuzz.run(
        "digests",
        List.of(
            SOME.toProto().toByteArray(),
            Digest.EMPTY.toProto().toByteArray(),
            SOME.toProto().toBuilder().setSizeBytes(Long.MAX_VALUE).build().toByteArray()),
        input -> {
          try {
            Digest digest = Digest.parse(build.please.proto.execution.Digest.parseFrom(input));
            assertEquals(Digest.HASH_LENGTH, digest.hash().length());
            assertTrue(digest.size() >= 0);
            assertEquals(digest, Digest.parse(digest.toProto()));
          } catch (MalformedException | InvalidProtocolBufferException refused) {
            // As it should be.
          }
        });
  }

  private static Directory directory() {
    return Directory.newBuilder()
        .addFiles(FileNode.newBuilder().setName("f").setDigest(SOME.toProto()))
        .addDirectories(DirectoryNode.newBuilder().setName("d").setDigest(SOME.toProto()))
        .addDirectories(DirectoryNode.newBuilder().setName("e").setDigest(Digest.EMPTY.toProto()))
        .addSymlinks(SymlinkNode.newBuilder().setName("l").setTarget("../t"))
        .build();
  }

  @Test
  void directories() throws IOException {
    try (Cas cas = BucketCas.of(new MemoryBucket(Clock.systemUTC()))) {
      Fuzz.run(
          "directories",
          List.of(
              directory().toByteArray(),
              new byte[0],
              Directory.newBuilder()
                  .addFiles(FileNode.newBuilder().setName("x").setIsExecutable(true))
                  .build()
                  .toByteArray()),
          input -> {
            ByteString bytes = ByteString.copyFrom(input);
            Digest digest = Digest.of(bytes);
            store(cas, bytes);
            boolean sound = true;
            try {
              Directories.parse(digest, bytes);
            } catch (MalformedException refused) {
              sound = false;
            }
            try {
              TreeReader.Closure tree = new TreeReader(cas.blobs()).read(digest);
              assertTrue(sound && tree.directories().containsKey(digest));
            } catch (MalformedException refused) {
              // Maybe for one that was stored earlier and lies below.
              assertTrue(!sound || !tree(bytes).isEmpty());
            }
          });
    }
  }

  private static List<DirectoryNode> tree(ByteString bytes) throws IOException {
    return Directory.parseFrom(bytes).getDirectoriesList();
  }

  private static Digest store(Cas cas, ByteString bytes) throws IOException {
    Digest digest = Digest.of(bytes);
    try (BlobSink sink = cas.blobs().write(digest, Encoding.IDENTITY)) {
      bytes.writeTo(sink);
      sink.commit();
    }
    return digest;
  }

  @Test
  void trees() throws IOException {
    try (Cas cas = BucketCas.of(new MemoryBucket(Clock.systemUTC()))) {
      store(cas, ByteString.copyFrom(new byte[] {1, 2, 3}));
      Fuzz.run(
          "trees",
          List.of(
              Tree.newBuilder().setRoot(directory()).addChildren(directory()).build().toByteArray(),
              Tree.newBuilder().addChildren(Directory.getDefaultInstance()).build().toByteArray()),
          input -> {
            Digest tree = store(cas, ByteString.copyFrom(input));
            ActionResult result =
                ActionResult.newBuilder()
                    .addOutputDirectories(
                        OutputDirectory.newBuilder().setPath("d").setTreeDigest(tree.toProto()))
                    .build();
            cas.actions().put(tree, result, ActionCache.Replace.ALWAYS);
            cas.actions().find(tree);
          });
    }
  }

  @Test
  void actionResults() throws IOException {
    MemoryBucket bucket = new MemoryBucket(Clock.systemUTC());
    try (Cas cas = BucketCas.of(bucket)) {
      store(cas, ByteString.copyFrom(new byte[] {1, 2, 3}));
      ActionResult good =
          ActionResult.newBuilder()
              .addOutputFiles(OutputFile.newBuilder().setPath("f").setDigest(SOME.toProto()))
              .setStdoutDigest(SOME.toProto())
              .setExitCode(1)
              .build();
      String key = "ac/" + SOME.hash().substring(0, 2) + "/" + SOME.hash();
      Fuzz.run(
          "action results",
          List.of(good.toByteArray(), new byte[0]),
          input -> {
            // As it may lie in the store, and as a client may send it.
            try (var writer = bucket.write(key, input.length)) {
              writer.write(input, 0, input.length);
              writer.commit();
            }
            cas.actions().find(SOME);
            try {
              cas.actions().put(SOME, ActionResult.parseFrom(input), ActionCache.Replace.ALWAYS);
            } catch (MalformedException | InvalidProtocolBufferException refused) {
              // As it should be.
            }
          });
    }
  }

  @Test
  void zstd() {
    byte[] text = "again and again ".repeat(500).getBytes(StandardCharsets.UTF_8);
    byte[] packed = Zstd.compress(text, 3);
    byte[] withChecksum = checksummed(text);
    Fuzz.run(
        "zstd",
        List.of(packed, withChecksum, Zstd.compress(new byte[300_000], 1), new byte[0]),
        input -> {
          Bounded decoded = new Bounded();
          try (ZstdDecodingStream decoder = new ZstdDecodingStream(decoded)) {
            decoder.write(input);
            decoder.finish();
          } catch (BlobRejectedException refused) {
            return;
          }
          assertArrayEquals(decodedByTheLibrary(input), decoded.bytes.toByteArray());
        });
  }

  private static byte[] checksummed(byte[] text) {
    try (var context = new com.github.luben.zstd.ZstdCompressCtx()) {
      context.setChecksum(true);
      return context.compress(text);
    }
  }

  private static byte[] decodedByTheLibrary(byte[] input) throws IOException {
    try (var in = new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(input))) {
      return in.readNBytes(Bounded.MOST);
    }
  }

  /** Stops a bomb, as the store does. */
  private static final class Bounded extends OutputStream {
    static final int MOST = 1 << 20;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] piece, int offset, int length) throws IOException {
      if (bytes.size() + length > MOST) {
        throw new BlobRejectedException("more than anybody wants");
      }
      bytes.write(piece, offset, length);
    }
  }
}
