// SPDX-License-Identifier: Apache-2.0
package build.please.elan.meter;

import java.util.Locale;

/** In whose company a blob travels. */
public enum Batching {
  /** With others, in BatchReadBlobs or BatchUpdateBlobs. */
  BATCHED,
  /** In a ByteStream of its own. */
  STREAMED,
  /** In another message: an action result, what is inlined into one, a directory of GetTree. */
  SINGLE;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
