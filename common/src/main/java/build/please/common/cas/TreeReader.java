// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Reads a Directory and all that lie below it: breadth first, one {@code readAll} for each level,
 * each digest once, without recursion. Safe for concurrent use.
 */
public final class TreeReader {
  /** A larger blob is no Directory that anybody meant to be one. */
  private static final long MAX_DIRECTORY_BYTES = 64L << 20;

  /** All Directories of one tree, which are held in memory together. */
  private static final long MAX_TREE_BYTES = 512L << 20;

  /**
   * What was found.
   *
   * @param directories every Directory that is present and reachable through present ones, checked
   *     by {@link Directories}; level by level, the root first
   * @param missing Directories that are named but absent
   */
  public record Closure(Map<Digest, Directory> directories, Set<Digest> missing) {
    public Closure {
      directories = Collections.unmodifiableMap(new LinkedHashMap<>(directories));
      missing = Collections.unmodifiableSet(new LinkedHashSet<>(missing));
    }
  }

  private final BlobStore blobs;

  public TreeReader(BlobStore blobs) {
    this.blobs = blobs;
  }

  /**
   * The tree below a root; all its digests are of the root's function. Blocks for one round trip
   * per level.
   *
   * @throws MalformedException if a blob is no Directory, or one that breaks a rule, or if the tree
   *     is too large
   */
  public Closure read(Digest root) throws IOException {
    Map<Digest, Directory> directories = new LinkedHashMap<>();
    Set<Digest> missing = new LinkedHashSet<>();
    long treeBytes = 0;
    Set<Digest> level = Set.of(root);
    while (!level.isEmpty()) {
      for (Digest digest : level) {
        treeBytes = checkSize(digest, treeBytes);
      }
      Map<Digest, ByteString> found = readLevel(level);
      Set<Digest> next = new LinkedHashSet<>();
      for (Digest digest : level) {
        ByteString bytes = found.get(digest);
        if (bytes == null) {
          missing.add(digest);
          continue;
        }
        Directory directory = Directories.parse(digest, bytes);
        directories.put(digest, directory);
        for (DirectoryNode child : directory.getDirectoriesList()) {
          next.add(Digest.parse(root.function(), child.getDigest()));
        }
      }
      next.removeAll(directories.keySet());
      next.removeAll(missing);
      level = next;
    }
    return new Closure(directories, missing);
  }

  private static long checkSize(Digest digest, long treeBytes) throws MalformedException {
    if (digest.size() > MAX_DIRECTORY_BYTES) {
      throw new MalformedException("blob " + digest + " is too large to be a Directory");
    }
    long sum = treeBytes + digest.size();
    if (sum > MAX_TREE_BYTES) {
      throw new MalformedException(
          "the directories of the tree take more than " + MAX_TREE_BYTES + " bytes");
    }
    return sum;
  }

  /** The empty Directory is the empty blob, which is never asked for. */
  private Map<Digest, ByteString> readLevel(Set<Digest> level) throws IOException {
    Map<Digest, ByteString> found = new LinkedHashMap<>();
    Set<Digest> others = new LinkedHashSet<>();
    for (Digest digest : level) {
      if (digest.isEmpty()) {
        found.put(digest, ByteString.EMPTY);
      } else {
        others.add(digest);
      }
    }
    if (!others.isEmpty()) {
      found.putAll(blobs.readAll(others));
    }
    return found;
  }
}
