// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.Directory;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TreeReaderTest {
  private final Map<Digest, ByteString> stored = new HashMap<>();
  private final List<Collection<Digest>> readAlls = new ArrayList<>();

  /** Knows only what a reader of trees may call. */
  private final BlobStore blobs =
      new BlobStore() {
        @Override
        public Set<Digest> findMissing(Collection<Digest> digests) {
          throw new UnsupportedOperationException();
        }

        @Override
        public InputStream read(Digest digest, Encoding encoding, long offset) {
          throw new UnsupportedOperationException();
        }

        @Override
        public BlobSink write(Digest digest, Encoding encoding) {
          throw new UnsupportedOperationException();
        }

        @Override
        public Map<Digest, ByteString> readAll(Collection<Digest> digests) {
          readAlls.add(List.copyOf(digests));
          Map<Digest, ByteString> found = new HashMap<>(stored);
          found.keySet().retainAll(digests);
          return found;
        }

        @Override
        public void close() {}
      };

  private Digest store(Directory.Builder directory) {
    ByteString bytes = directory.build().toByteString();
    stored.put(Digest.of(bytes), bytes);
    return Digest.of(bytes);
  }

  private static Directory.Builder directory(Object... namesAndDigests) {
    Directory.Builder directory = Directory.newBuilder();
    for (int i = 0; i < namesAndDigests.length; i += 2) {
      directory
          .addDirectoriesBuilder()
          .setName((String) namesAndDigests[i])
          .setDigest(((Digest) namesAndDigests[i + 1]).toProto());
    }
    return directory;
  }

  private Digest leaf(String name) {
    Directory.Builder leaf = Directory.newBuilder();
    leaf.addSymlinksBuilder().setName(name).setTarget("t");
    return store(leaf);
  }

  @Test
  void read_sharedDirectories_asksOncePerLevelAndDigest() throws IOException {
    Digest leaf = leaf("x");
    Digest middle = store(directory("a", leaf, "b", leaf));
    Digest root = store(directory("l", middle, "m", middle, "n", leaf));

    TreeReader.Closure tree = new TreeReader(blobs).read(root);

    assertEquals(Set.of(root, middle, leaf), tree.directories().keySet());
    assertEquals(Set.of(), tree.missing());
    assertEquals(2, readAlls.size());
    assertEquals(root, tree.directories().keySet().iterator().next());
  }

  @Test
  void read_manyReferencesToOneChain_endsSoon() throws IOException {
    Digest below = leaf("end");
    for (int depth = 0; depth < 2000; depth++) {
      below = store(directory("a", below, "b", below));
    }
    assertEquals(2001, new TreeReader(blobs).read(below).directories().size());
  }

  @Test
  void read_absentDirectories_namesAllOfThem() throws IOException {
    Digest gone = Digest.of(new byte[] {1});
    Digest alsoGone = Digest.of(new byte[] {2});
    Digest root = store(directory("a", gone, "b", store(directory("c", alsoGone))));

    assertEquals(Set.of(gone, alsoGone), new TreeReader(blobs).read(root).missing());
  }

  @Test
  void read_emptyDirectory_isKnownWithoutAsking() throws IOException {
    TreeReader.Closure tree = new TreeReader(blobs).read(Digest.EMPTY);

    assertEquals(Map.of(Digest.EMPTY, Directory.getDefaultInstance()), tree.directories());
    assertTrue(readAlls.isEmpty());
  }

  @Test
  void read_digestsInside_areOfTheRootsFunction() throws IOException {
    Digest empty = Digest.empty(HashFunction.BLAKE3);
    ByteString leaf = directory("e", empty).build().toByteString();
    Digest below = Digest.of(HashFunction.BLAKE3, leaf);
    ByteString top = directory("a", below).build().toByteString();
    Digest root = Digest.of(HashFunction.BLAKE3, top);
    stored.put(below, leaf);
    stored.put(root, top);

    TreeReader.Closure tree = new TreeReader(blobs).read(root);

    assertEquals(List.of(root, below, empty), List.copyOf(tree.directories().keySet()));
    assertEquals(List.of(List.of(root), List.of(below)), readAlls);
    Digest sha256 = Digest.of(top);
    stored.put(sha256, top);
    assertThrows(
        MalformedException.class,
        () -> new TreeReader(blobs).read(store(directory("e", empty))),
        "the empty blob has another hash");
    assertEquals(
        Set.of(new Digest(below.hash(), below.size())),
        new TreeReader(blobs).read(sha256).missing(),
        "what has the same hash is another blob");
  }

  @Test
  void read_blobThatIsNoDirectory_isRefused() {
    ByteString bytes = ByteString.copyFromUtf8("no directory");
    stored.put(Digest.of(bytes), bytes);
    assertThrows(
        MalformedException.class,
        () -> new TreeReader(blobs).read(store(directory("a", Digest.of(bytes)))));
  }

  @Test
  void read_hugeBlobNamedAsDirectory_isRefusedUnread() {
    Digest huge = new Digest("1".repeat(64), 10L << 30);
    assertThrows(
        MalformedException.class, () -> new TreeReader(blobs).read(store(directory("a", huge))));
    assertEquals(1, readAlls.size());
  }
}
