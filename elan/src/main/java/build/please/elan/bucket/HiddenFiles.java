// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Files that are wrong but stay where they are, and count as absent here until others take their
 * places. The newest ten thousand are remembered, while this process lives. Safe for concurrent
 * use.
 */
final class HiddenFiles {
  private static final int MOST = 10_000;

  /** One file, as opposed to another that has its name later. */
  record Identity(@Nullable Object inode, long size, FileTime modified) {
    static Identity of(BasicFileAttributes file) {
      return new Identity(file.fileKey(), file.size(), file.lastModifiedTime());
    }
  }

  private final Map<Path, Identity> hidden =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Path, Identity> eldest) {
              return size() > MOST;
            }
          });

  void hide(Path path, Identity file) {
    hidden.put(path, file);
  }

  boolean isEmpty() {
    return hidden.isEmpty();
  }

  boolean isHidden(Path path, BasicFileAttributes file) {
    return Identity.of(file).equals(hidden.get(path));
  }
}
