// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Refuses a store that is spread over several file systems, between which no file can be moved. */
final class OneDisk {
  private static final List<String> KINDS = List.of("ac", "cas", "zstd_cas", "blake3");

  private OneDisk() {}

  /**
   * Checks what is there already.
   *
   * @param home where files are written before they get their names
   */
  static void check(Path root, Path home) throws IOException {
    Object device = Files.getAttribute(home, "unix:dev");
    for (String kind : KINDS) {
      Path directory = root.resolve(kind);
      if (Files.isDirectory(directory)
          && !Files.getAttribute(directory, "unix:dev").equals(device)) {
        throw new FileSystemException(
            directory.toString(),
            null,
            "it lies on another file system than "
                + home
                + ", so no file can be moved there whole");
      }
    }
  }
}
