// SPDX-License-Identifier: Apache-2.0
package build.please.bench.floor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A tree of directories, and a hard link for each of its files, made one after the other. */
public final class RawLinks implements RawLoop {
  private final Path directory;
  private final int directories;
  private final int each;

  /**
   * Trees of one shape.
   *
   * @param directory where files and trees are made
   * @param each files in each directory
   */
  public RawLinks(Path directory, int directories, int each) {
    this.directory = directory;
    this.directories = directories;
    this.each = each;
  }

  @Override
  public int run(BooleanSupplier goOn) throws IOException {
    List<Path> sources = sources();
    int count = 0;
    while (goOn.getAsBoolean()) {
      make(directory.resolve("tree" + count++), sources);
    }
    for (int i = 0; i < count; i++) {
      remove(directory.resolve("tree" + i));
    }
    return count;
  }

  private List<Path> sources() throws IOException {
    Path source = directory.resolve("sources");
    boolean there = Files.exists(source);
    Files.createDirectories(source);
    List<Path> sources = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      Path file = source.resolve("source" + i);
      sources.add(there ? file : Files.write(file, new byte[] {1}));
    }
    return sources;
  }

  private void make(Path root, List<Path> sources) throws IOException {
    Files.createDirectory(root);
    for (int i = 0; i < directories; i++) {
      Path child = Files.createDirectory(root.resolve("dir" + i));
      for (int j = 0; j < each; j++) {
        Files.createLink(child.resolve("file" + j), sources.get(j));
      }
    }
  }

  private void remove(Path root) throws IOException {
    List<Path> all;
    try (var walk = Files.walk(root)) {
      all = new ArrayList<>(walk.toList());
    }
    Collections.reverse(all);
    for (Path path : all) {
      Files.delete(path);
    }
  }
}
