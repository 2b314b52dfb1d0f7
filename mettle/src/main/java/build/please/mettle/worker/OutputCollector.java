// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.OutputPaths;
import build.please.proto.execution.Command;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.NodeProperties;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.OutputSymlink;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what a Command declares, in the order in which it declares it, under exactly the names that
 * it uses. Outputs that are not there are left out (WRK-10). Nothing is stored yet, and links are
 * reported, not followed (WRK-14). For one thread, and one run.
 */
final class OutputCollector {
  private static final Logger log = LoggerFactory.getLogger(OutputCollector.class);

  /** What the client will accept. */
  private enum Kind {
    ANY,
    FILE,
    DIRECTORY
  }

  private final ActionRoot root;
  private final Command command;
  private final Packer packer;
  private final Outputs outputs;

  /** As a Command names it, with its slash; null before the first. */
  private @Nullable String parentName;

  private Optional<Path> parent = Optional.empty();
  private @Nullable SecureDirectory entered;

  /**
   * @param adoption to which files go later
   * @param maxEntries files, directories and links that are not too many
   */
  OutputCollector(
      ActionRoot root, Command command, Packer packer, Adoption adoption, int maxEntries) {
    this.root = root;
    this.command = command;
    this.packer = packer;
    outputs = new Outputs(maxEntries, adoption);
  }

  /**
   * Collects them all. What is wrong with single ones is in the answer, beside the others; if they
   * are too many, nothing else is.
   */
  Outputs collect() {
    try {
      collectAll();
      return outputs;
    } catch (StatusRuntimeException tooMany) {
      Outputs none = new Outputs(0, outputs.adoption());
      none.fault(tooMany);
      return none;
    }
  }

  private void collectAll() {
    try {
      collectDeclared();
    } finally {
      leave();
    }
  }

  private void collectDeclared() {
    OutputPaths declared = OutputPaths.of(command);
    for (String path : declared.any()) {
      collect(path, Kind.ANY);
    }
    for (String path : declared.files()) {
      collect(path, Kind.FILE);
    }
    for (String path : declared.directories()) {
      collect(path, Kind.DIRECTORY);
    }
  }

  private void collect(String path, Kind kind) {
    try {
      outputs.reserve(1);
      Optional<Path> parent = parent(path);
      Optional<Path> place = parent.isEmpty() ? parent : root.find(parent.get(), path);
      if (place.isEmpty()) {
        return;
      }
      if (place.get().equals(root.path())) {
        try (SecureDirectory whole = SecureDirectory.open(root.path())) {
          addDirectory(whole, path, kind);
        }
        return;
      }
      Path name = place.get().getFileName();
      collect(enter(Objects.requireNonNull(place.get().getParent())), name, path, kind);
    } catch (IOException e) {
      // If it went while we looked, somebody is at work here, and absence would be a success.
      outputs.unreadable(path, e);
    }
  }

  /** As {@link ActionRoot#findParent}; many outputs in turn are in the same directory. */
  private Optional<Path> parent(String path) throws IOException {
    String named = path.substring(0, path.lastIndexOf('/') + 1);
    if (!named.equals(parentName)) {
      parent = root.findParent(path);
      parentName = named;
    }
    return parent;
  }

  /** Opens a directory below the root, segment by segment, unless it is the one that is open. */
  private SecureDirectory enter(Path place) throws IOException {
    if (entered != null && entered.path().equals(place)) {
      return entered;
    }
    leave();
    SecureDirectory directory = SecureDirectory.open(root.path());
    if (!place.equals(root.path())) {
      for (Path name : root.path().relativize(place)) {
        try (SecureDirectory above = directory) {
          directory = above.directory(name);
        }
      }
    }
    entered = directory;
    return directory;
  }

  private void leave() {
    try {
      if (entered != null) {
        entered.close();
      }
    } catch (IOException e) {
      log.debug("cannot close {}", entered, e);
    }
    entered = null;
  }

  private void collect(SecureDirectory directory, Path name, String path, Kind kind)
      throws IOException {
    PosixFileAttributes attributes = directory.attributes(name);
    if (attributes.isRegularFile()) {
      addFile(directory, name, attributes, path, kind);
    } else if (attributes.isSymbolicLink()) {
      addLink(directory, name, attributes, path, kind);
    } else if (attributes.isDirectory()) {
      try (SecureDirectory opened = directory.directory(name)) {
        addDirectory(opened, path, kind);
      }
    } else {
      outputs.fault(OutputFiles.special(path));
    }
  }

  private void addFile(
      SecureDirectory directory, Path name, PosixFileAttributes attributes, String path, Kind kind)
      throws IOException {
    if (kind == Kind.DIRECTORY) {
      outputs.fault(wrongKind("output directory " + path + " is a file"));
      return;
    }
    FileNode node = OutputFiles.read(command, directory, name, attributes, outputs);
    OutputFile.Builder file =
        OutputFile.newBuilder()
            .setPath(path)
            .setDigest(node.getDigest())
            .setIsExecutable(node.getIsExecutable());
    if (node.hasNodeProperties()) {
      file.setNodeProperties(node.getNodeProperties());
    }
    outputs.result().addOutputFiles(file);
  }

  private void addDirectory(SecureDirectory directory, String path, Kind kind) throws IOException {
    if (kind == Kind.FILE) {
      outputs.fault(wrongKind("output file " + path + " is a directory"));
      return;
    }
    outputs
        .result()
        .addOutputDirectories(
            new OutputTree(command, root.names(), packer, outputs).read(directory, path));
  }

  /**
   * With {@code output_paths} a link is in the list of links and also, with the same target, in the
   * older one that fits, which is all that some clients read (WRK-14 to WRK-18).
   */
  @SuppressWarnings("deprecation")
  private void addLink(
      SecureDirectory directory, Path name, PosixFileAttributes attributes, String path, Kind kind)
      throws IOException {
    Path place = directory.path().resolve(name);
    boolean toDirectory = Files.isDirectory(place);
    boolean dangling = !Files.exists(place);
    if (kind == Kind.FILE && !dangling && !Files.isRegularFile(place)) {
      outputs.fault(wrongKind("output file " + path + " is a link to something else"));
      return;
    }
    if (kind == Kind.DIRECTORY && !dangling && !toDirectory) {
      outputs.fault(wrongKind("output directory " + path + " is a link to something else"));
      return;
    }
    OutputSymlink.Builder link =
        OutputSymlink.newBuilder()
            .setPath(path)
            .setTarget(root.names().read(Files.readSymbolicLink(place)));
    NodeProperties properties = NodeAttributes.read(command, attributes);
    if (!properties.equals(NodeProperties.getDefaultInstance())) {
      link.setNodeProperties(properties);
    }
    if (kind == Kind.ANY) {
      outputs.result().addOutputSymlinks(link);
    }
    if (toDirectory || kind == Kind.DIRECTORY) {
      outputs.result().addOutputDirectorySymlinks(link);
    } else {
      outputs.result().addOutputFileSymlinks(link);
    }
  }

  /** WRK-19, WRK-20. */
  private static Exception wrongKind(String what) {
    return Status.FAILED_PRECONDITION.withDescription(what).asRuntimeException();
  }
}
