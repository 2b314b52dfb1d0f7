// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.OutputSymlink;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What an action result must look like, and which blobs it names. */
final class ActionResults {
  private ActionResults() {}

  /**
   * Checks paths and digests (AC-16).
   *
   * @param function of all its digests, which is that of the action's (AC-25)
   * @throws MalformedException if a path is empty or absolute, or a digest is absent or malformed
   */
  static void check(HashFunction function, ActionResult result) throws MalformedException {
    for (OutputFile file : result.getOutputFilesList()) {
      checkPath(file.getPath());
      Digest.parse(function, file.getDigest());
    }
    for (OutputDirectory directory : result.getOutputDirectoriesList()) {
      // The empty path is the whole working directory (CMD-12).
      if (!directory.getPath().isEmpty()) {
        checkPath(directory.getPath());
      }
      if (directory.hasTreeDigest() || !directory.hasRootDirectoryDigest()) {
        Digest.parse(function, directory.getTreeDigest());
      }
      if (directory.hasRootDirectoryDigest()) {
        Digest.parse(function, directory.getRootDirectoryDigest());
      }
    }
    for (OutputSymlink link : (Iterable<OutputSymlink>) symlinks(result)::iterator) {
      checkPath(link.getPath());
      if (link.getTarget().isEmpty()) {
        throw new MalformedException("output symlink '" + link.getPath() + "' has no target");
      }
    }
    if (result.hasStdoutDigest()) {
      Digest.parse(function, result.getStdoutDigest());
    }
    if (result.hasStderrDigest()) {
      Digest.parse(function, result.getStderrDigest());
    }
  }

  /**
   * The blobs that a checked result names itself; those inside its trees are not among them
   * (AC-04).
   *
   * @throws MalformedException as {@link #check}
   */
  static Set<Digest> blobs(HashFunction function, ActionResult result) throws MalformedException {
    Set<Digest> digests = new LinkedHashSet<>();
    for (OutputFile file : result.getOutputFilesList()) {
      digests.add(Digest.parse(function, file.getDigest()));
    }
    for (OutputDirectory directory : result.getOutputDirectoriesList()) {
      if (directory.hasTreeDigest()) {
        digests.add(Digest.parse(function, directory.getTreeDigest()));
      }
      if (directory.hasRootDirectoryDigest()) {
        digests.add(Digest.parse(function, directory.getRootDirectoryDigest()));
      }
    }
    if (result.hasStdoutDigest()) {
      digests.add(Digest.parse(function, result.getStdoutDigest()));
    }
    if (result.hasStderrDigest()) {
      digests.add(Digest.parse(function, result.getStderrDigest()));
    }
    return digests;
  }

  @SuppressWarnings("deprecation") // Clients of version 2.0 use no other lists.
  private static Stream<OutputSymlink> symlinks(ActionResult result) {
    return Stream.of(
            result.getOutputSymlinksList(),
            result.getOutputFileSymlinksList(),
            result.getOutputDirectorySymlinksList())
        .flatMap(List::stream);
  }

  private static void checkPath(String path) throws MalformedException {
    if (path.isEmpty() || path.startsWith("/")) {
      throw new MalformedException("output path '" + path + "' is empty or absolute");
    }
    if (path.indexOf('\0') >= 0) {
      throw new MalformedException("an output path contains a NUL character");
    }
  }
}
