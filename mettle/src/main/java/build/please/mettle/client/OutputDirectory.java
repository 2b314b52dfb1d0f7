// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A local directory that outputs are put into. Nothing is written through a symlink below it, so
 * nothing lands outside, whatever a server sends or an earlier run left there. Not safe for
 * concurrent use.
 */
final class OutputDirectory {
  /** Writes the bytes of a file. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Whether a file may be run. */
  enum Mode {
    PLAIN,
    EXECUTABLE
  }

  private static final Map<PosixFilePermission, PosixFilePermission> EXECUTE_FOR_READ =
      Map.of(
          PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_EXECUTE,
          PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_EXECUTE);

  private final Path root;

  /** Directories that are known to be real ones. */
  private final Set<Path> checked = new HashSet<>();

  /**
   * @param root is made if absent; may itself be reached through symlinks
   */
  OutputDirectory(Path root) {
    this.root = root;
  }

  /**
   * Makes a directory and its parents. One that exists stays as it is.
   *
   * @throws IOException if a part of the path exists as something else
   */
  Path directory(RelativePath path) throws IOException {
    if (checked.isEmpty()) {
      Files.createDirectories(root);
      checked.add(root);
    }
    Path directory = root;
    for (String segment : path.segments()) {
      directory = directory.resolve(segment);
      if (!checked.contains(directory)) {
        makeOrCheck(directory);
        checked.add(directory);
      }
    }
    return directory;
  }

  private static void makeOrCheck(Path directory) throws IOException {
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(
            directory
                + (Files.isSymbolicLink(directory)
                    ? " is a symlink; outputs are not written through symlinks"
                    : " is not a directory"),
            e);
      }
    }
  }

  /** Writes a file, in place of a file or link that has its name. */
  void file(RelativePath path, Mode mode, Content content) throws IOException {
    Path target = place(path);
    Path part = target.resolveSibling(".mettle-part");
    Files.deleteIfExists(part);
    try {
      try (OutputStream out =
          Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(out);
      }
      if (mode == Mode.EXECUTABLE) {
        makeExecutable(part);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Makes a symlink, in place of a file or link that has its name. */
  void link(RelativePath path, String destination) throws IOException {
    Path target = place(path);
    Files.deleteIfExists(target);
    Files.createSymbolicLink(target, Path.of(destination));
  }

  /** Where to put what is no directory. */
  private Path place(RelativePath path) throws IOException {
    int last = path.segments().size() - 1;
    if (last < 0) {
      throw new IOException("the server sent a file without a name");
    }
    Path parent = directory(new RelativePath(path.segments().subList(0, last)));
    Path place = parent.resolve(path.segments().get(last));
    if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(place + " is a directory; output " + path + " is none");
    }
    return place;
  }

  /** For whoever may read it, so that the umask still counts. */
  private static void makeExecutable(Path file) throws IOException {
    Set<PosixFilePermission> permissions = new HashSet<>(Files.getPosixFilePermissions(file));
    EXECUTE_FOR_READ.forEach(
        (read, execute) -> {
          if (permissions.contains(read)) {
            permissions.add(execute);
          }
        });
    Files.setPosixFilePermissions(file, permissions);
  }
}
