// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import com.google.protobuf.ByteString;
import java.util.Map;

/** Gives output directories their packs. For one thread, and one run. */
interface Packer {
  /** Makes none. */
  Packer NONE = (root, directories, outputs) -> directories.getOrDefault(root, ByteString.EMPTY);

  /**
   * Makes the pack of a directory, and notes it for upload.
   *
   * @param directories the encoded root and all Directories below it
   * @param outputs where the files' contents are noted already
   * @return the encoded root as clients are to see it
   */
  ByteString pack(Digest root, Map<Digest, ByteString> directories, Outputs outputs);
}
