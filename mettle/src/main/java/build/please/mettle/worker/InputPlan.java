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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Everything that an input root will hold, path by path. Made as a whole before anything is
 * created, so that a tree that breaks a rule leaves no trace. A file takes few bytes here beside
 * the message that names it.
 *
 * @param directories in an order in which they can be created, the root first
 * @param files directory by directory
 * @param links to be created when all else is in place (DIR-11)
 */
record InputPlan(List<Folder> directories, List<Placement> files, List<Link> links) {
  /** A directory to create. */
  record Folder(Path path, NodeProperties properties) {}

  /** A place where a blob's bytes go (DIR-06). */
  record Placement(Folder folder, String name, BlobForm form, NodeProperties properties) {
    Path path() {
      return folder.path().resolve(name);
    }
  }

  /** A symbolic link to create, with exactly this target (DIR-07). */
  record Link(Path path, String target) {}

  /**
   * One Directory may stand in many places, so that a few kilobytes can describe a tree without
   * end.
   */
  private static final int MAX_ENTRIES = 1_000_000;

  /** Linux takes 4095 bytes; the rest is for what actions create below. */
  private static final int MAX_PATH_BYTES = 3900;

  /**
   * The plan for the part of a tree that is present.
   *
   * @throws MalformedException if a path cannot exist here, or if there are too many
   */
  static InputPlan of(TreeReader.Closure tree, Digest rootDigest, Path root, FileNames names)
      throws MalformedException {
    InputPlan plan = new InputPlan(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    ArrayDeque<Pending> pending = new ArrayDeque<>();
    pending.add(new Pending(root, rootDigest, bytes(root.toString())));
    int entries = 0;
    while (!pending.isEmpty()) {
      Pending next = pending.poll();
      Directory directory = tree.directories().get(next.digest);
      if (directory == null) {
        continue;
      }
      entries +=
          1
              + directory.getFilesCount()
              + directory.getSymlinksCount()
              + directory.getDirectoriesCount();
      if (entries > MAX_ENTRIES) {
        throw new MalformedException("the input root has more than " + MAX_ENTRIES + " entries");
      }
      plan.add(directory, next, names);
      for (DirectoryNode child : directory.getDirectoriesList()) {
        next.check(child.getName(), names);
        pending.add(
            new Pending(
                names.resolve(next.path, child.getName()),
                Digest.parse(child.getDigest()),
                next.pathBytes + 1 + bytes(child.getName())));
      }
    }
    return plan;
  }

  private void add(Directory directory, Pending parent, FileNames names) throws MalformedException {
    Folder folder = new Folder(parent.path, directory.getNodeProperties());
    directories.add(folder);
    for (FileNode file : directory.getFilesList()) {
      parent.check(file.getName(), names);
      BlobForm form =
          new BlobForm(Digest.parse(file.getDigest()), FileMode.of(file.getIsExecutable()));
      files.add(new Placement(folder, file.getName(), form, file.getNodeProperties()));
    }
    if (directory.getSymlinksCount() > 0) {
      addLinks(directory, parent, names);
    }
  }

  private void addLinks(Directory directory, Pending parent, FileNames names)
      throws MalformedException {
    Set<String> taken = new HashSet<>();
    directory.getFilesList().forEach(file -> taken.add(file.getName()));
    for (SymlinkNode link : directory.getSymlinksList()) {
      // The file wins: see Directories.
      if (!taken.contains(link.getName())) {
        parent.check(link.getName(), names);
        names.check(link.getTarget());
        links.add(new Link(names.resolve(parent.path, link.getName()), link.getTarget()));
      }
    }
  }

  /** What the files are, each once. */
  Set<BlobForm> forms() {
    Set<BlobForm> forms = new LinkedHashSet<>(files.size() * 2);
    files.forEach(file -> forms.add(file.form()));
    return forms;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** A Directory whose place is known and whose content is not planned yet. */
  private record Pending(Path path, Digest digest, int pathBytes) {
    void check(String name, FileNames names) throws MalformedException {
      // A character takes three bytes at most, as Java counts them.
      if (pathBytes + 1 + 3 * name.length() > MAX_PATH_BYTES
          && pathBytes + 1 + bytes(name) > MAX_PATH_BYTES) {
        throw new MalformedException(
            "an input path is longer than " + MAX_PATH_BYTES + " bytes; it ends in " + name);
      }
      names.check(name);
    }
  }
}
