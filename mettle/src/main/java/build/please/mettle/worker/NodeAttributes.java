// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.MalformedException;
import build.please.mettle.worker.InputPlan.Folder;
import build.please.mettle.worker.InputPlan.Placement;
import build.please.proto.execution.Command;
import build.please.proto.execution.NodeProperties;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt32Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;

/**
 * Modes and times of files, as the API and as the file system tell them (DIR-06, DIR-09, WRK-29).
 * The times of links are left alone: Java cannot set them.
 */
final class NodeAttributes {
  private static final int READ_WRITE = 0666;
  private static final int EXECUTE = 0111;
  private static final int OWNER_ALL = 0700;
  private static final int OWNER_READ = 0400;

  private NodeAttributes() {}

  /**
   * Whether a file's mode or time are not those of every input, so that it cannot be shared: both
   * belong to the inode.
   */
  static boolean areSpecial(Placement file) {
    return file.properties().hasMtime() || mode(file) != file.form().mode().bits();
  }

  /** Gives a file that is not shared its mode and time. */
  static void applyTo(Placement file) throws IOException {
    Path path = file.path();
    Files.setPosixFilePermissions(path, permissions(mode(file)));
    applyTime(path, file.properties());
  }

  /**
   * A {@code unix_mode} counts except for what others decide: the executable bits follow {@code
   * is_executable}, the owner can read, and no set-id bits.
   */
  private static int mode(Placement file) {
    int mode = file.form().mode().bits();
    return file.properties().hasUnixMode()
        ? (file.properties().getUnixMode().getValue() & READ_WRITE) | OWNER_READ | (mode & EXECUTE)
        : mode;
  }

  /** Gives a directory its mode and time, once all is in it. The owner keeps every right. */
  static void applyTo(Folder directory) throws IOException {
    if (directory.properties().hasUnixMode()) {
      int mode = (directory.properties().getUnixMode().getValue() & 0777) | OWNER_ALL;
      Files.setPosixFilePermissions(directory.path(), permissions(mode));
    }
    applyTime(directory.path(), directory.properties());
  }

  /**
   * The properties that a Command asks for, of a file that exists; the default instance if it asks
   * for none.
   */
  static NodeProperties read(Command command, PosixFileAttributes attributes) {
    NodeProperties.Builder properties = NodeProperties.newBuilder();
    for (String name : command.getOutputNodePropertiesList()) {
      if (name.equals("mtime")) {
        Instant modified = attributes.lastModifiedTime().toInstant();
        properties.setMtime(
            Timestamp.newBuilder()
                .setSeconds(modified.getEpochSecond())
                .setNanos(modified.getNano()));
      } else if (name.equals("unix_mode")) {
        properties.setUnixMode(UInt32Value.of(bits(attributes.permissions())));
      }
    }
    return properties.build();
  }

  private static void applyTime(Path path, NodeProperties properties) throws IOException {
    if (!properties.hasMtime()) {
      return;
    }
    Timestamp mtime = properties.getMtime();
    try {
      Instant instant = Instant.ofEpochSecond(mtime.getSeconds(), mtime.getNanos());
      Files.setLastModifiedTime(path, FileTime.from(instant));
    } catch (DateTimeException | ArithmeticException e) {
      throw new MalformedException(
          "mtime of " + path.getFileName() + " is no time: " + mtime.getSeconds() + " s");
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    for (PosixFilePermission permission : PosixFilePermission.values()) {
      if ((mode & bit(permission)) != 0) {
        permissions.add(permission);
      }
    }
    return permissions;
  }

  private static int bits(Set<PosixFilePermission> permissions) {
    return permissions.stream().mapToInt(NodeAttributes::bit).sum();
  }

  private static int bit(PosixFilePermission permission) {
    return switch (permission) {
      case OWNER_READ -> 0400;
      case OWNER_WRITE -> 0200;
      case OWNER_EXECUTE -> 0100;
      case GROUP_READ -> 040;
      case GROUP_WRITE -> 020;
      case GROUP_EXECUTE -> 010;
      case OTHERS_READ -> 04;
      case OTHERS_WRITE -> 02;
      case OTHERS_EXECUTE -> 01;
    };
  }
}
