// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.Command;
import build.please.proto.execution.Directory;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.NodeProperties;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.SymlinkNode;
import build.please.proto.execution.Tree;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
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
  private final FileNames fileNames;
  private final Packer packer;
  private final Outputs outputs;

  /** Every directory after all that lie below it. */
  private final Map<Digest, ByteString> finished = new LinkedHashMap<>();

  OutputTree(Command command, FileNames fileNames, Packer packer, Outputs outputs) {
    this.command = command;
    this.fileNames = fileNames;
    this.packer = packer;
    this.outputs = outputs;
  }

  /**
   * Reads the whole of an open directory.
   *
   * <p>What cannot be stored is left out, and a fault of its own: what is neither file, directory
   * nor link, or too deep, or unreadable.
   *
   * @param path what the client calls it
   * @throws IOException if the directory itself cannot be read
   */
  OutputDirectory read(SecureDirectory directory, String path) throws IOException {
    Digest root = packed(read(directory, path, 0));
    finished.forEach((single, bytes) -> outputs.upload(single, new Upload.FromMemory(bytes)));
    ByteString tree = tree();
    Digest digest = Digest.of(tree);
    outputs.upload(digest, new Upload.FromMemory(tree));
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

  /** The root as clients are to see it; as it was it is stored all the same. */
  private Digest packed(Digest root) {
    ByteString plain = finished.getOrDefault(root, ByteString.EMPTY);
    ByteString named = packer.pack(root, finished, outputs);
    if (named.equals(plain)) {
      return root;
    }
    outputs.upload(root, new Upload.FromMemory(plain));
    finished.remove(root);
    Digest digest = Digest.of(named);
    finished.put(digest, named);
    return digest;
  }

  /** The encoded {@link Tree}, which shares its bytes with the directories in it. */
  private ByteString tree() throws IOException {
    List<ByteString> parentsFirst = new ArrayList<>(finished.values());
    Collections.reverse(parentsFirst);
    ByteString tree = ByteString.EMPTY;
    int field = Tree.ROOT_FIELD_NUMBER;
    for (ByteString directory : parentsFirst) {
      ByteString.Output head = ByteString.newOutput(16);
      CodedOutputStream out = CodedOutputStream.newInstance(head, 16);
      out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
      out.writeUInt32NoTag(directory.size());
      out.flush();
      tree = tree.concat(head.toByteString()).concat(directory);
      field = Tree.CHILDREN_FIELD_NUMBER;
    }
    return tree;
  }

  private Digest read(SecureDirectory directory, String path, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new MalformedException("deeper than " + MAX_DEPTH + " directories");
    }
    Directory.Builder message = Directory.newBuilder();
    for (Entry<ByteString, Path> entry : sorted(directory, path)) {
      add(message, directory, entry.getKey().toStringUtf8(), entry.getValue(), path, depth);
    }
    NodeProperties properties = NodeAttributes.read(command, directory.attributes());
    if (!properties.equals(NodeProperties.getDefaultInstance())) {
      message.setNodeProperties(properties);
    }
    ByteString bytes = message.build().toByteString();
    Digest digest = Digest.of(bytes);
    finished.putIfAbsent(digest, bytes);
    return digest;
  }

  /** Names that no message can hold are faults. */
  private List<Entry<ByteString, Path>> sorted(SecureDirectory directory, String path)
      throws IOException {
    List<Entry<ByteString, Path>> sorted = new ArrayList<>();
    List<Path> names = directory.names(outputs.room());
    outputs.reserve(names.size());
    for (Path name : names) {
      try {
        sorted.add(Map.entry(ByteString.copyFromUtf8(fileNames.read(name)), name));
      } catch (MalformedException e) {
        outputs.unreadable(path, e);
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
      int depth) {
    String fullPath = path.isEmpty() ? name : path + "/" + name;
    try {
      PosixFileAttributes attributes = directory.attributes(entry);
      if (attributes.isRegularFile()) {
        FileNode file = OutputFiles.read(command, directory, entry, attributes, outputs);
        message.addFiles(file.toBuilder().setName(name));
      } else if (attributes.isSymbolicLink()) {
        message.addSymlinks(link(directory, entry, name, attributes));
      } else if (attributes.isDirectory()) {
        try (SecureDirectory child = directory.directory(entry)) {
          Digest digest = read(child, fullPath, depth + 1);
          message.addDirectoriesBuilder().setName(name).setDigest(digest.toProto());
        }
      } else {
        outputs.fault(OutputFiles.special(fullPath));
      }
    } catch (IOException e) {
      outputs.unreadable(fullPath, e);
    }
  }

  private SymlinkNode link(
      SecureDirectory directory, Path entry, String name, PosixFileAttributes attributes)
      throws IOException {
    Path target = Files.readSymbolicLink(directory.path().resolve(entry));
    SymlinkNode.Builder link =
        SymlinkNode.newBuilder().setName(name).setTarget(fileNames.read(target));
    NodeProperties properties = NodeAttributes.read(command, attributes);
    if (!properties.equals(NodeProperties.getDefaultInstance())) {
      link.setNodeProperties(properties);
    }
    return link.build();
  }
}
