// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a Directory and all that lie below it. Safe for concurrent use. */
public final class TreeReader {
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

  private final TreeWalk.Source<Directory> source;

  /** Reads every Directory from the store. */
  public TreeReader(BlobStore blobs) {
    this(new StoredDirectories(blobs));
  }

  public TreeReader(DirectorySource source) {
    this.source = new Parsed(source);
  }

  /**
   * The tree below a root; all its digests are of the root's function. Blocks for one round trip
   * per level.
   *
   * @throws MalformedException if a blob is no Directory, or one that breaks a rule, or if the tree
   *     is too large
   */
  public Closure read(Digest root) throws IOException {
    TreeWalk.Found<Directory> found = TreeWalk.below(root, source);
    return new Closure(found.directories(), found.missing());
  }

  private record Parsed(DirectorySource source) implements TreeWalk.Source<Directory> {
    @Override
    public Map<Digest, Directory> readAll(Set<Digest> digests) throws IOException {
      return source.readAll(digests);
    }

    @Override
    public List<Digest> children(HashFunction function, Directory directory)
        throws MalformedException {
      List<Digest> children = new ArrayList<>(directory.getDirectoriesCount());
      for (DirectoryNode child : directory.getDirectoriesList()) {
        children.add(Digest.parse(function, child.getDigest()));
      }
      return children;
    }
  }
}
