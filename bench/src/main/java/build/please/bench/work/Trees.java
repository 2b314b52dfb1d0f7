// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.proto.execution.Directory;
import java.util.List;

/** Makes directories as clients do. */
final class Trees {
  private Trees() {}

  /**
   * A directory of files.
   *
   * @param programs of every ten files so many are executable
   */
  static Directory.Builder directory(List<Blob> files, int programs) {
    Directory.Builder directory = Directory.newBuilder();
    for (int i = 0; i < files.size(); i++) {
      directory
          .addFilesBuilder()
          .setName(String.format("file%04d", i))
          .setDigest(files.get(i).digest().toProto())
          .setIsExecutable(i % 10 < programs);
    }
    return directory;
  }

  /** Puts directories into another. */
  static void add(Directory.Builder to, List<Blob> directories) {
    for (int i = 0; i < directories.size(); i++) {
      to.addDirectoriesBuilder()
          .setName(String.format("dir%04d", i))
          .setDigest(directories.get(i).digest().toProto());
    }
  }
}
