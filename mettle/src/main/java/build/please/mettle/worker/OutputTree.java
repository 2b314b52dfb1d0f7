// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.Command;
import build.please.proto.execution.Directory;
import build.please.proto.execution.NodeProperties;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.SymlinkNode;
import build.please.proto.execution.Tree;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;

/**
 * Turns one output directory into a {@link Tree}: the root first, parents before children, equal
 * directories once, names in the order of their bytes, so that equal directories give equal bytes
 * (DIR-03, WRK-23 to WRK-25). Every Directory is stored singly as well, since Please names them in
 * later inputs (WRK-27). For one thread, and one tree.
 */
final class OutputTree {
  /** Deeper ones take a file descriptor and a stack frame per level for no sensible purpose. */
  private static final int MAX_DEPTH = 400;

  private static final Comparator<Entry<ByteString, Path>> BY_BYTES =
      Entry.comparingByKey(ByteString.unsignedLexicographicalComparator());

  private final Command command;
  private final FileNames names;
  private final Outputs outputs;

  /** Every directory after all that lie below it. */
  private final Map<Digest, Directory> finished = new LinkedHashMap<>();

  OutputTree(Command command, FileNames names, Outputs outputs) {
    this.command = command;
    this.names = names;
    this.outputs = outputs;
  }

  /**
   * Reads the whole of an open directory.
   *
   * @param path what the client calls it
   * @throws MalformedException if it is too deep; entries that are neither file, directory nor link
   *     are faults of their own and left out
   */
  OutputDirectory read(SecureDirectory directory, String path) throws IOException {
    Digest root = read(directory, path, 0);
    List<Directory> parentsFirst = new ArrayList<>(finished.values());
    Collections.reverse(parentsFirst);
    Tree tree =
        Tree.newBuilder()
            .setRoot(parentsFirst.get(0))
            .addAllChildren(parentsFirst.subList(1, parentsFirst.size()))
            .build();
    ByteString bytes = tree.toByteString();
    Digest digest = Digest.of(bytes);
    outputs.upload(digest, new Upload.FromMemory(bytes));
    finished.forEach(
        (single, message) -> outputs.upload(single, new Upload.FromMemory(message.toByteString())));
    OutputDirectory.Builder output =
        OutputDirectory.newBuilder()
            .setPath(path)
            .setTreeDigest(digest.toProto())
            .setIsTopologicallySorted(true);
    return switch (command.getOutputDirectoryFormat()) {
      case DIRECTORY_ONLY, TREE_AND_DIRECTORY ->
          output.setRootDirectoryDigest(root.toProto()).build();
      case TREE_ONLY, UNRECOGNIZED -> output.build();
    };
  }

  private Digest read(SecureDirectory directory, String path, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new MalformedException(
          "output directory is deeper than " + MAX_DEPTH + " levels: " + path.substring(0, 200));
    }
    Directory.Builder message = Directory.newBuilder();
    for (Entry<ByteString, Path> entry : sorted(directory, path)) {
      add(message, directory, entry.getKey().toStringUtf8(), entry.getValue(), path, depth);
    }
    NodeProperties properties = NodeAttributes.read(command, directory.attributes());
    if (!properties.equals(NodeProperties.getDefaultInstance())) {
      message.setNodeProperties(properties);
    }
    Directory built = message.build();
    Digest digest = Digest.of(built);
    finished.putIfAbsent(digest, built);
    return digest;
  }

  /** Names that no message can hold are faults. */
  private List<Entry<ByteString, Path>> sorted(SecureDirectory directory, String path)
      throws IOException {
    List<Entry<ByteString, Path>> sorted = new ArrayList<>();
    for (Path name : directory.names()) {
      try {
        sorted.add(Map.entry(ByteString.copyFromUtf8(names.read(name)), name));
      } catch (MalformedException e) {
        outputs.fault(new MalformedException("output " + path + ": " + e.getMessage()));
      }
    }
    sorted.sort(BY_BYTES);
    return sorted;
  }

  private void add(
      Directory.Builder message,
      SecureDirectory directory,
      String name,
      Path entry,
      String path,
      int depth)
      throws IOException {
    PosixFileAttributes attributes = directory.attributes(entry);
    String fullPath = path.isEmpty() ? name : path + "/" + name;
    if (attributes.isRegularFile()) {
      OutputFiles.read(command, directory, entry, attributes, fullPath, outputs)
          .ifPresent(file -> message.addFiles(file.toBuilder().setName(name)));
    } else if (attributes.isSymbolicLink()) {
      try {
        message.addSymlinks(link(directory, entry, name, attributes));
      } catch (MalformedException e) {
        outputs.fault(new MalformedException("output link " + fullPath + ": " + e.getMessage()));
      }
    } else if (attributes.isDirectory()) {
      try (SecureDirectory child = directory.directory(entry)) {
        Digest digest = read(child, fullPath, depth + 1);
        message.addDirectoriesBuilder().setName(name).setDigest(digest.toProto());
      }
    } else {
      outputs.fault(OutputFiles.special(fullPath));
    }
  }

  private SymlinkNode link(
      SecureDirectory directory, Path entry, String name, PosixFileAttributes attributes)
      throws IOException {
    Path target = Files.readSymbolicLink(directory.path().resolve(entry));
    SymlinkNode.Builder link = SymlinkNode.newBuilder().setName(name).setTarget(names.read(target));
    NodeProperties properties = NodeAttributes.read(command, attributes);
    if (!properties.equals(NodeProperties.getDefaultInstance())) {
      link.setNodeProperties(properties);
    }
    return link.build();
  }
}
