// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.cas.TreeReader;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.NodeProperties;
import build.please.proto.execution.SymlinkNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that an input root will hold, path by path. Made as a whole before anything is
 * created, so that a tree that breaks a rule leaves no trace.
 *
 * @param directories in an order in which they can be created, the root first
 * @param files where each blob goes, each blob once
 * @param links to be created when all else is in place (DIR-11)
 */
record InputPlan(List<Folder> directories, Map<Digest, List<Placement>> files, List<Link> links) {
  /** A directory to create. */
  record Folder(Path path, NodeProperties properties) {}

  /** A place where a blob's bytes go (DIR-06). */
  record Placement(Path path, Mode mode, NodeProperties properties) {}

  /** A symbolic link to create, with exactly this target (DIR-07). */
  record Link(Path path, String target) {}

  /** Whether a file may be executed. */
  enum Mode {
    PLAIN,
    EXECUTABLE;

    static Mode of(FileNode file) {
      return file.getIsExecutable() ? EXECUTABLE : PLAIN;
    }
  }

  /**
   * One Directory may stand in many places, so that a few kilobytes can describe a tree without
   * end.
   */
  private static final int MAX_ENTRIES = 1_000_000;

  /** Linux takes 4095 bytes; the rest is for what actions create below. */
  private static final int MAX_PATH_BYTES = 3900;

  /**
   * The plan for a tree that is present.
   *
   * @throws MalformedException if a path cannot exist here, or if there are too many
   */
  static InputPlan of(TreeReader.Closure tree, Digest rootDigest, Path root, FileNames names)
      throws MalformedException {
    InputPlan plan = new InputPlan(new ArrayList<>(), new LinkedHashMap<>(), new ArrayList<>());
    ArrayDeque<Pending> pending = new ArrayDeque<>();
    pending.add(new Pending(root, rootDigest, bytes(root.toString())));
    int entries = 0;
    while (!pending.isEmpty()) {
      Pending next = pending.poll();
      Directory directory = tree.directories().get(next.digest);
      if (directory == null) {
        throw new IllegalArgumentException("the tree is not complete: " + next.digest);
      }
      entries +=
          1
              + directory.getFilesCount()
              + directory.getSymlinksCount()
              + directory.getDirectoriesCount();
      if (entries > MAX_ENTRIES) {
        throw new MalformedException("the input root has more than " + MAX_ENTRIES + " entries");
      }
      plan.directories.add(new Folder(next.path, directory.getNodeProperties()));
      plan.add(directory, next, names);
      for (DirectoryNode child : directory.getDirectoriesList()) {
        pending.add(
            new Pending(
                next.child(child.getName(), names),
                Digest.parse(child.getDigest()),
                next.pathBytes + 1 + bytes(child.getName())));
      }
    }
    return plan;
  }

  private void add(Directory directory, Pending parent, FileNames names) throws MalformedException {
    Set<String> taken = new HashSet<>();
    for (FileNode file : directory.getFilesList()) {
      taken.add(file.getName());
      files
          .computeIfAbsent(Digest.parse(file.getDigest()), digest -> new ArrayList<>(1))
          .add(
              new Placement(
                  parent.child(file.getName(), names), Mode.of(file), file.getNodeProperties()));
    }
    for (SymlinkNode link : directory.getSymlinksList()) {
      // The file wins: see Directories.
      if (!taken.contains(link.getName())) {
        names.check(link.getTarget());
        links.add(new Link(parent.child(link.getName(), names), link.getTarget()));
      }
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** A Directory whose place is known and whose content is not planned yet. */
  private record Pending(Path path, Digest digest, int pathBytes) {
    Path child(String name, FileNames names) throws MalformedException {
      if (pathBytes + 1 + bytes(name) > MAX_PATH_BYTES) {
        throw new MalformedException(
            "an input path is longer than " + MAX_PATH_BYTES + " bytes; it ends in " + name);
      }
      return names.resolve(path, name);
    }
  }
}
