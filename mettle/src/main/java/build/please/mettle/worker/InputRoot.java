// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.cas.TreeReader;
import build.please.common.rpc.FanOut;
import build.please.mettle.worker.InputPlan.Folder;
import build.please.mettle.worker.InputPlan.Link;
import build.please.proto.execution.FileNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Stages an action's inputs: directories, then files, then links, so that nothing is ever written
 * through a link of the same tree (DIR-11). Safe for concurrent use.
 */
final class InputRoot {
  private final BlobStore blobs;
  private final FileNames names;
  private final Kernel kernel;
  private final TreeReader trees;
  private final InputFetcher fetcher;

  InputRoot(BlobStore blobs, FanOut transfers, FileNames names, Kernel kernel) {
    this.blobs = blobs;
    this.names = names;
    this.kernel = kernel;
    trees = new TreeReader(blobs);
    fetcher = new InputFetcher(blobs, transfers);
  }

  /**
   * Creates the tree at {@code root}, which must not exist. Blocks for one round trip per level of
   * the tree, one for all files together, and those that bring them.
   *
   * @param alsoMissing absent blobs that the caller found, to be named together with those found
   *     here
   * @throws BlobNotFoundException naming every blob that is absent, directories and files alike
   *     (EXE-08); nothing was created, unless one vanished after it had been seen
   * @throws MalformedException if the tree breaks a rule; nothing was created
   */
  void create(Digest rootDigest, Path root, Set<Digest> alsoMissing) throws IOException {
    TreeReader.Closure tree = trees.read(rootDigest);
    Set<Digest> absent = new LinkedHashSet<>(alsoMissing);
    absent.addAll(tree.missing());
    absent.addAll(blobs.findMissing(fileDigests(tree)));
    if (!absent.isEmpty()) {
      throw new BlobNotFoundException(absent);
    }
    InputPlan plan = InputPlan.of(tree, rootDigest, root, names);
    for (Folder directory : plan.directories()) {
      Files.createDirectory(directory.path());
    }
    fetcher.fetch(plan.files());
    for (Link link : plan.links()) {
      kernel.symlink(link.target(), link.path());
    }
    // From the deepest up, since every entry that is made changes its parent's time.
    List<Folder> directories = plan.directories();
    for (int i = directories.size() - 1; i >= 0; i--) {
      NodeAttributes.applyTo(directories.get(i));
    }
  }

  private static Set<Digest> fileDigests(TreeReader.Closure tree) throws MalformedException {
    Set<Digest> digests = new LinkedHashSet<>();
    for (var directory : tree.directories().values()) {
      for (FileNode file : directory.getFilesList()) {
        Digest digest = Digest.parse(file.getDigest());
        if (!digest.isEmpty()) {
          digests.add(digest);
        }
      }
    }
    return digests;
  }
}
