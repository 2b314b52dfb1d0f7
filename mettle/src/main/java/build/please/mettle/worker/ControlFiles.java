// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The file system of cgroups, which is like no other: a group is a directory that has its files
 * from its first moment, and can be removed with them while no process is in it (cgroups(7)).
 */
interface ControlFiles {
  /** The kernel's. */
  ControlFiles KERNEL = new ControlFiles() {};

  default String read(Path file) throws IOException {
    return Files.readString(file);
  }

  /** One write, which the kernel takes as a whole or refuses. */
  default void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.WRITE);
  }

  default void create(Path group) throws IOException {
    Files.createDirectory(group);
  }

  /**
   * Takes away a group, if it is there.
   *
   * @throws IOException if there are processes or groups in it
   */
  default void remove(Path group) throws IOException {
    Files.deleteIfExists(group);
  }

  /** The groups directly in this one. */
  default List<Path> groups(Path group) throws IOException {
    List<Path> groups = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(group, Files::isDirectory)) {
      entries.forEach(groups::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return groups;
  }

  /** Whether we may write to it. */
  default boolean isOurs(Path file) {
    return Files.isWritable(file);
  }
}
