// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.common.cas.TreeReader;
import build.please.common.rpc.EventLoop;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.Tree;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All blobs that an action result names, those inside its trees included (AC-04).
 *
 * <p>What a tree names follows from its digest alone, so it is remembered; whether the tree itself
 * is still there is not, and it is among the blobs. Safe for concurrent use.
 */
final class NamedBlobs {
  /** Digests that are remembered in all, some hundred bytes each. */
  private static final long REMEMBERED = 100_000;

  /** A tree with more digests is read each time, rather than to push all others out. */
  private static final int LARGE = 20_000;

  /** Bytes of a tree that are read into memory; no client makes one near that. */
  private static final long MAX_TREE_BYTES = 64L << 20;

  private final BlobStore blobs;
  private final Cache<Digest, Set<Digest>> inTrees = remembering();
  private final Cache<Digest, Set<Digest>> belowRoots = remembering();

  NamedBlobs(BlobStore blobs) {
    this.blobs = blobs;
  }

  private static Cache<Digest, Set<Digest>> remembering() {
    return Caffeine.newBuilder()
        .maximumWeight(REMEMBERED)
        .weigher((Digest tree, Set<Digest> named) -> 1 + named.size())
        .build();
  }

  /**
   * The blobs that a checked result names; empty if one of its trees is absent, too large or none,
   * so that nobody could use the result.
   *
   * @param function of all these digests
   */
  Optional<Set<Digest>> of(HashFunction function, ActionResult result) throws IOException {
    try {
      Set<Digest> named = ActionResults.blobs(function, result);
      for (OutputDirectory directory : result.getOutputDirectoriesList()) {
        if (directory.hasTreeDigest()) {
          named.addAll(inTree(Digest.parse(function, directory.getTreeDigest())));
        }
        if (directory.hasRootDirectoryDigest()) {
          named.addAll(belowRoot(Digest.parse(function, directory.getRootDirectoryDigest())));
        }
      }
      return Optional.of(named);
    } catch (MalformedException | BlobNotFoundException unusable) {
      return Optional.empty();
    }
  }

  private Set<Digest> inTree(Digest digest) throws IOException {
    Set<Digest> known = inTrees.getIfPresent(digest);
    if (known != null) {
      return known;
    }
    if (digest.size() > MAX_TREE_BYTES) {
      throw new MalformedException("blob " + digest + " is too large to be a Tree");
    }
    EventLoop.mayTakeLong();
    ByteString bytes = blobs.readAll(Set.of(digest)).get(digest);
    if (bytes == null) {
      throw new BlobNotFoundException(digest);
    }
    Set<Digest> named = new LinkedHashSet<>();
    try {
      Tree tree = Tree.parseFrom(bytes);
      addFiles(digest.function(), tree.getRoot(), named);
      for (Directory child : tree.getChildrenList()) {
        addFiles(digest.function(), child, named);
      }
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedException("blob " + digest + " is no Tree");
    }
    return remember(inTrees, digest, named);
  }

  private Set<Digest> belowRoot(Digest root) throws IOException {
    Set<Digest> known = belowRoots.getIfPresent(root);
    if (known != null) {
      return known;
    }
    EventLoop.mayTakeLong();
    TreeReader.Closure closure = new TreeReader(blobs).read(root);
    if (!closure.missing().isEmpty()) {
      throw new BlobNotFoundException(closure.missing());
    }
    Set<Digest> named = new LinkedHashSet<>();
    for (Map.Entry<Digest, Directory> one : closure.directories().entrySet()) {
      named.add(one.getKey());
      addFiles(root.function(), one.getValue(), named);
    }
    return remember(belowRoots, root, named);
  }

  private static Set<Digest> remember(
      Cache<Digest, Set<Digest>> cache, Digest digest, Set<Digest> named) {
    if (named.size() <= LARGE) {
      cache.put(digest, named);
    }
    return named;
  }

  private static void addFiles(HashFunction function, Directory directory, Set<Digest> named)
      throws MalformedException {
    for (FileNode file : directory.getFilesList()) {
      named.add(Digest.parse(function, file.getDigest()));
    }
    for (DirectoryNode child : directory.getDirectoriesList()) {
      Digest.parse(function, child.getDigest());
    }
  }
}
