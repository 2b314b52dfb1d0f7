// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.MalformedException;
import build.please.common.cas.OutputPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * A staged input root and the working directory in it. Paths are resolved as the kernel would, but
 * never to anything outside: a link that leads out is as good as absent.
 *
 * @param path without links
 * @param workingDirectory without links, {@code path} or below it
 */
record ActionRoot(Path path, Path workingDirectory, FileNames names) {
  /**
   * Finds the working directory.
   *
   * @param path without links
   * @throws MalformedException if there is no such directory inside (CMD-06, fault 93)
   */
  static ActionRoot of(Path path, String workingDirectory, FileNames names) throws IOException {
    if (workingDirectory.isEmpty()) {
      return new ActionRoot(path, path, names);
    }
    Path directory = names.resolve(path, workingDirectory);
    if (Files.isDirectory(directory)) {
      Path real = directory.toRealPath();
      if (real.startsWith(path)) {
        return new ActionRoot(path, real, names);
      }
    }
    throw new MalformedException(
        "working directory \"" + workingDirectory + "\" is no directory in the input root");
  }

  /**
   * Makes the directories that outputs will be in, but not the outputs (CMD-15, CMD-16).
   *
   * @throws MalformedException if an input file stands where one should be
   */
  void createParents(OutputPaths outputs) throws IOException {
    for (String output : outputs.all()) {
      Path directory = workingDirectory;
      for (String segment : parent(output)) {
        Optional<Path> next = step(directory, segment);
        if (next.isEmpty()) {
          Path missing = names.resolve(directory, segment);
          if (Files.isSymbolicLink(missing) || segment.equals("..")) {
            break; // It leads out, or nowhere: the command's affair.
          }
          if (Files.exists(missing, LinkOption.NOFOLLOW_LINKS)) {
            throw new MalformedException(
                "output \"" + output + "\" lies below the input file " + missing.getFileName());
          }
          next = Optional.of(Files.createDirectory(missing));
        }
        directory = next.get();
      }
    }
  }

  /**
   * Where an output is, if it is there: a path below {@link #path} whose segments, perhaps apart
   * from the last, are directories and no links.
   *
   * @throws java.nio.file.AccessDeniedException if nobody can tell, for want of rights
   */
  Optional<Path> find(String output) throws IOException {
    Optional<Path> directory = findParent(output);
    return directory.isEmpty() ? directory : find(directory.get(), output);
  }

  /** The directory that an output would be in, if that is there. */
  Optional<Path> findParent(String output) throws IOException {
    Optional<Path> directory = Optional.of(workingDirectory);
    for (String segment : parent(output)) {
      directory = directory.isEmpty() ? directory : step(directory.get(), segment);
    }
    return directory;
  }

  /** As {@link #find(String)}, with what {@link #findParent} found. */
  Optional<Path> find(Path parent, String output) throws IOException {
    String last = output.substring(output.lastIndexOf('/') + 1);
    if (last.isEmpty() || last.equals(".") || last.equals("..")) {
      return step(parent, last);
    }
    Path place = names.resolve(parent, last);
    return look(place).isPresent() ? Optional.of(place) : Optional.empty();
  }

  private static String[] parent(String output) {
    int slash = output.lastIndexOf('/');
    return slash < 0 ? new String[0] : output.substring(0, slash).split("/", -1);
  }

  /** One segment on, if that is a directory inside the root. */
  private Optional<Path> step(Path directory, String segment) throws IOException {
    if (segment.isEmpty() || segment.equals(".")) {
      return Optional.of(directory);
    }
    if (segment.equals("..")) {
      return directory.equals(path) ? Optional.empty() : Optional.ofNullable(directory.getParent());
    }
    Path next = names.resolve(directory, segment);
    Optional<BasicFileAttributes> attributes = look(next);
    if (attributes.isEmpty() || attributes.get().isDirectory()) {
      return attributes.map(itself -> next);
    }
    // What is no directory leads nowhere; nor does a link, if it leads in circles or out of reach.
    if (!attributes.get().isSymbolicLink() || !Files.isDirectory(next)) {
      return Optional.empty();
    }
    Path real = next.toRealPath();
    return real.startsWith(path) ? Optional.of(real) : Optional.empty();
  }

  /** At an entry itself, if there is one. */
  private static Optional<BasicFileAttributes> look(Path entry) throws IOException {
    try {
      return Optional.of(
          Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
