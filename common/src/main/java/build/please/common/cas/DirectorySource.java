// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import build.please.proto.execution.Directory;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** Where Directories come from. Safe for concurrent use. */
@FunctionalInterface
public interface DirectorySource {
  /**
   * Those of the given Directories that are present, checked by {@link Directories}. The empty one
   * always is.
   *
   * @throws MalformedException if a blob is no Directory, or one that breaks a rule
   * @throws IOException if the store cannot be asked
   */
  Map<Digest, Directory> readAll(Set<Digest> digests) throws IOException;
}
