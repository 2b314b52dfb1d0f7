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
import java.util.Optional;

/**
 * Finds what a Command declares, in the order in which it declares it, under exactly the names that
 * it uses. Outputs that are not there are left out (WRK-10). Nothing is stored yet, and links are
 * reported, not followed (WRK-14). For one thread, and one run.
 */
final class OutputCollector {
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
      Optional<Path> place = root.find(path);
      if (place.isEmpty()) {
        return;
      }
      if (place.get().equals(root.path())) {
        try (SecureDirectory whole = SecureDirectory.open(root.path())) {
          addDirectory(whole, path, kind);
        }
        return;
      }
      try (SecureDirectory top = SecureDirectory.open(root.path())) {
        descend(top, root.path().relativize(place.get()), path, kind);
      }
    } catch (IOException e) {
      // If it went while we looked, somebody is at work here, and absence would be a success.
      outputs.unreadable(path, e);
    }
  }

  private void descend(SecureDirectory directory, Path rest, String path, Kind kind)
      throws IOException {
    Path name = rest.getName(0);
    if (rest.getNameCount() > 1) {
      try (SecureDirectory next = directory.directory(name)) {
        descend(next, rest.subpath(1, rest.getNameCount()), path, kind);
      }
      return;
    }
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
