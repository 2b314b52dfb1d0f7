// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Command;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.OutputSymlink;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The outputs that a {@link Command} declares, in either of the API's two ways.
 *
 * @param any paths that may turn out to be of any kind, from {@code output_paths}
 * @param files paths from {@code output_files}, which may only be files or links to files
 * @param directories paths from {@code output_directories}, likewise
 */
public record OutputPaths(Set<String> any, Set<String> files, Set<String> directories) {
  /** The declared paths as they were written, in order, each once (CMD-08, CMD-09, CMD-14). */
  @SuppressWarnings("deprecation") // Clients of API 2.0 use the older fields.
  public static OutputPaths of(Command command) {
    return command.getOutputPathsCount() > 0
        ? new OutputPaths(new LinkedHashSet<>(command.getOutputPathsList()), Set.of(), Set.of())
        : new OutputPaths(
            Set.of(),
            new LinkedHashSet<>(command.getOutputFilesList()),
            new LinkedHashSet<>(command.getOutputDirectoriesList()));
  }

  /** All of them, whatever their kind. */
  public Set<String> all() {
    Set<String> all = new LinkedHashSet<>(any);
    all.addAll(files);
    all.addAll(directories);
    return all;
  }

  /**
   * A declared output that a result does not hold. Such a result is stored all the same, since some
   * clients declare outputs that are optional (WRK-10); Execute does not answer with it, since
   * others count on them (WRK-34).
   */
  @SuppressWarnings("deprecation")
  public Optional<String> missingFrom(ActionResult result) {
    Set<String> present = new HashSet<>();
    result.getOutputFilesList().stream().map(OutputFile::getPath).forEach(present::add);
    result.getOutputDirectoriesList().stream().map(OutputDirectory::getPath).forEach(present::add);
    result.getOutputSymlinksList().stream().map(OutputSymlink::getPath).forEach(present::add);
    result.getOutputFileSymlinksList().stream().map(OutputSymlink::getPath).forEach(present::add);
    result.getOutputDirectorySymlinksList().stream()
        .map(OutputSymlink::getPath)
        .forEach(present::add);
    return all().stream().filter(path -> !present.contains(path)).findFirst();
  }
}
