// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.FileStamp;
import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.Optional;

/** Where the bytes of a blob come from that is to be stored. */
sealed interface Upload {
  /**
   * From a file that nobody writes to any more.
   *
   * @param seen what it looked like when its bytes were right, if whoever writes to it later
   *     changes that for certain
   */
  record FromFile(Path path, Optional<FileStamp> seen) implements Upload {}

  /** From memory. */
  record FromMemory(ByteString bytes) implements Upload {}
}
