// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.GetTreeRequest;
import build.please.proto.execution.GetTreeResponse;
import build.please.proto.execution.SymlinkNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Directories to ask for, and short ways to ask. */
final class Trees {
  private Trees() {}

  /** Unlike all others. */
  static Directory.Builder named(String marker) {
    return Directory.newBuilder()
        .addSymlinks(SymlinkNode.newBuilder().setName("link").setTarget(marker));
  }

  static DirectoryNode child(String name, Blob directory) {
    return DirectoryNode.newBuilder().setName(name).setDigest(directory.proto()).build();
  }

  static FileNode file(String name, Blob content) {
    return FileNode.newBuilder().setName(name).setDigest(content.proto()).build();
  }

  /** The root of {@code 2^levels} paths over one directory more than there are levels. */
  static Blob bomb(TestedElan elan, int levels) throws IOException {
    Blob below = elan.stored(named("bottom").build());
    for (int i = 0; i < levels; i++) {
      below =
          elan.stored(
              named("level " + i)
                  .addDirectories(child("a", below))
                  .addDirectories(child("b", below))
                  .build());
    }
    return below;
  }

  static GetTreeRequest of(Blob root) {
    return GetTreeRequest.newBuilder()
        .setDigestFunctionValue(root.function())
        .setRootDigest(root.proto())
        .build();
  }

  static List<GetTreeResponse> pages(TestedElan elan, GetTreeRequest request) {
    List<GetTreeResponse> pages = new ArrayList<>();
    elan.cas().getTree(request).forEachRemaining(pages::add);
    return pages;
  }

  static List<Directory> directories(List<GetTreeResponse> pages) {
    return pages.stream().flatMap(page -> page.getDirectoriesList().stream()).toList();
  }

  static List<Directory> directories(TestedElan elan, Blob root) {
    return directories(pages(elan, of(root)));
  }
}
