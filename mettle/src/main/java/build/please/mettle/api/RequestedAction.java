// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.Digest;
import build.please.proto.execution.Action;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Command;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.OutputSymlink;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** An action that a client asks for, with its command. */
record RequestedAction(Digest digest, Action action, Command command) {
  /**
   * Whether a stored result has everything that the command declares. A result that lacks an output
   * is right for clients that name optional ones, but one that asks for a run may well get a run.
   */
  boolean isAnsweredBy(ActionResult result) {
    return outputs(result).containsAll(declared());
  }

  @SuppressWarnings("deprecation") // The old way of naming outputs, which Bazel 4 uses (CMD-09).
  private Set<String> declared() {
    if (command.getOutputPathsCount() > 0) {
      return Set.copyOf(command.getOutputPathsList()); // The others then do not count (CMD-08).
    }
    Set<String> paths = new HashSet<>(command.getOutputFilesList());
    paths.addAll(command.getOutputDirectoriesList());
    return paths;
  }

  @SuppressWarnings("deprecation") // Both ways of reporting symlinks.
  private static Set<String> outputs(ActionResult result) {
    Set<String> paths = new HashSet<>();
    result.getOutputFilesList().stream().map(OutputFile::getPath).forEach(paths::add);
    result.getOutputDirectoriesList().stream().map(OutputDirectory::getPath).forEach(paths::add);
    for (List<OutputSymlink> links :
        List.of(
            result.getOutputSymlinksList(),
            result.getOutputFileSymlinksList(),
            result.getOutputDirectorySymlinksList())) {
      links.stream().map(OutputSymlink::getPath).forEach(paths::add);
    }
    return paths;
  }
}
