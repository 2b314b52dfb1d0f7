// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
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

  private final DirectorySource source;

  /** Reads every Directory from the store. */
  public TreeReader(BlobStore blobs) {
    this(new StoredDirectories(blobs));
  }

  public TreeReader(DirectorySource source) {
    this.source = source;
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
      Map<Digest, Directory> found = source.readAll(level);
      Set<Digest> next = new LinkedHashSet<>();
      for (Digest digest : level) {
        Directory directory = found.get(digest);
        if (directory == null) {
          missing.add(digest);
          continue;
        }
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
}
