// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds the cgroup that a process is in, in the hierarchy of version 2. */
final class OwnControlGroup {
  private static final String VERSION_2 = "0::";
  private static final int ROOT = 3;
  private static final int MOUNT_POINT = 4;

  private OwnControlGroup() {}

  /**
   * Its directory.
   *
   * @param process its directory in {@code /proc}
   * @throws IOException if there is none, with the reason
   */
  static Path find(Path process, ControlFiles files) throws IOException {
    String name =
        files
            .read(process.resolve("cgroup"))
            .lines()
            .filter(line -> line.startsWith(VERSION_2))
            .map(line -> line.substring(VERSION_2.length()))
            .findFirst()
            .orElseThrow(() -> new IOException("this machine has no cgroups of version 2"));
    List<String> mounts = files.read(process.resolve("mountinfo")).lines().toList();
    for (String mount : mounts) {
      Optional<Path> place = place(mount, name);
      if (place.isPresent()) {
        return place.get();
      }
    }
    throw new IOException("the file system of cgroups of version 2 is not mounted here");
  }

  /** Where a mount shows a group, if it is one of the kind and does. */
  private static Optional<Path> place(String mount, String name) {
    int kind = mount.indexOf(" - ");
    if (kind < 0 || !mount.startsWith("cgroup2 ", kind + " - ".length())) {
      return Optional.empty();
    }
    String[] fields = mount.substring(0, kind).split(" ", -1);
    Path root = Path.of(fields[ROOT]);
    Path group = Path.of(name);
    return group.startsWith(root)
        ? Optional.of(
            Path.of(fields[MOUNT_POINT].replace("\\040", " ")).resolve(root.relativize(group)))
        : Optional.empty();
  }
}
