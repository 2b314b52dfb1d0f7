// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds a Directory and all that lie below it, in whatever form: breadth first, one {@code readAll}
 * for each level, each digest once, without recursion.
 */
public final class TreeWalk {
  /** A larger blob is no Directory that anybody meant to be one. */
  private static final long MAX_DIRECTORY_BYTES = 64L << 20;

  /** All Directories of one tree, which are held in memory together. */
  private static final long MAX_TREE_BYTES = 512L << 20;

  private TreeWalk() {}

  /** Where Directories come from. */
  public interface Source<D> {
    /** Those of the given Directories that are present. */
    Map<Digest, D> readAll(Set<Digest> digests) throws IOException;

    /** The Directories that lie directly in one. */
    List<Digest> children(HashFunction function, D directory) throws MalformedException;
  }

  /**
   * What was found.
   *
   * @param directories every Directory that is present and reachable through present ones, level by
   *     level, the root first
   * @param missing Directories that are named but absent
   */
  public record Found<D>(Map<Digest, D> directories, Set<Digest> missing) {
    public Found {
      directories = Collections.unmodifiableMap(directories);
      missing = Collections.unmodifiableSet(missing);
    }
  }

  /**
   * The tree below a root; all its digests are of the root's function. Blocks for one round trip
   * per level.
   *
   * @throws MalformedException if the tree is too large, or by the source
   */
  public static <D> Found<D> below(Digest root, Source<D> source) throws IOException {
    Map<Digest, D> directories = new LinkedHashMap<>();
    Set<Digest> missing = new LinkedHashSet<>();
    long treeBytes = 0;
    Set<Digest> level = Set.of(root);
    while (!level.isEmpty()) {
      for (Digest digest : level) {
        treeBytes = checkSize(digest, treeBytes);
      }
      Map<Digest, D> found = source.readAll(level);
      Set<Digest> next = new LinkedHashSet<>();
      for (Digest digest : level) {
        D directory = found.get(digest);
        if (directory == null) {
          missing.add(digest);
          continue;
        }
        directories.put(digest, directory);
        next.addAll(source.children(root.function(), directory));
      }
      next.removeIf(digest -> directories.containsKey(digest) || missing.contains(digest));
      level = next;
    }
    return new Found<>(directories, missing);
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
