// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import com.google.protobuf.ByteString;
import java.nio.file.Path;

/** Where the bytes of a blob come from that is to be stored. */
sealed interface Upload {
  /** From a file that nobody writes to any more. */
  record FromFile(Path path) implements Upload {}

  /** From memory. */
  record FromMemory(ByteString bytes) implements Upload {}
}
