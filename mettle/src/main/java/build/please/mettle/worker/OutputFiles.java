// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import build.please.common.cas.FileStamp;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.Command;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.NodeProperties;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;

/** Looks at one output file. */
final class OutputFiles {
  /** Please asks so for every file of a binary to be executable. */
  private static final String BINARY = "_BINARY";

  private OutputFiles() {}

  /**
   * What a regular file is, without a name; its content is noted for upload.
   *
   * @throws IOException if it cannot be read, or changes
   */
  static FileNode read(
      Command command,
      SecureDirectory directory,
      Path name,
      PosixFileAttributes attributes,
      Outputs outputs)
      throws IOException {
    Digest digest =
        outputs.keeps(attributes.size())
            ? keep(directory, name, (int) attributes.size(), outputs)
            : look(directory, name, attributes, outputs);
    boolean binary = isBinary(command);
    FileNode.Builder node =
        FileNode.newBuilder()
            .setDigest(digest.toProto())
            .setIsExecutable(
                binary || attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE));
    if (command.getOutputNodePropertiesCount() > 0) {
      addProperties(node, command, attributes, binary);
    }
    return node.build();
  }

  /** To read a small file twice costs more than to keep it. */
  private static Digest keep(SecureDirectory directory, Path name, int size, Outputs outputs)
      throws IOException {
    ByteString content = directory.content(name, size);
    Digest digest = Digest.of(content);
    outputs.upload(digest, new Upload.FromMemory(content));
    return digest;
  }

  private static Digest look(
      SecureDirectory directory, Path name, PosixFileAttributes attributes, Outputs outputs)
      throws IOException {
    Path file = directory.path().resolve(name);
    Digest digest;
    Optional<FileStamp> seen = Optional.empty();
    Optional<WriteWatch> watching = outputs.adoption().watch(file, attributes.size());
    if (watching.isPresent()) {
      try (WriteWatch watch = watching.get()) {
        digest = directory.digest(name, attributes.size());
        seen = outputs.adoption().seen(watch, attributes);
      }
    } else {
      digest = directory.digest(name, attributes.size());
    }
    outputs.upload(digest, new Upload.FromFile(file, seen));
    return digest;
  }

  private static void addProperties(
      FileNode.Builder node, Command command, PosixFileAttributes attributes, boolean binary) {
    NodeProperties.Builder properties = NodeAttributes.read(command, attributes).toBuilder();
    if (binary && properties.hasUnixMode()) {
      properties.getUnixModeBuilder().setValue(0555);
    }
    if (properties.hasMtime() || properties.hasUnixMode()) {
      node.setNodeProperties(properties);
    }
  }

  /** An output that is no file, directory or link (WRK-21). */
  static MalformedException special(String path) {
    return new MalformedException(
        "output " + path + " is a device, socket or pipe, which cannot be stored");
  }

  private static boolean isBinary(Command command) {
    return command.getEnvironmentVariablesList().stream()
        .anyMatch(
            variable -> variable.getName().equals(BINARY) && variable.getValue().equals("true"));
  }
}
