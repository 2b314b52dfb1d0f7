// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.nio.file.Path;

/**
 * How a worker goes about the inputs of actions.
 *
 * @param cacheDirectory where it keeps files to link from; made if absent
 * @param cacheMaxBytes that they take, but for what running actions use
 * @param link how they come into input roots
 * @param check what is looked at after a run
 */
public record InputConfig(Path cacheDirectory, long cacheMaxBytes, LinkMode link, Check check) {
  /** What {@code --cache_max_size} says unless given. */
  public static final long DEFAULT_CACHE_BYTES = 10L << 30;

  /** What shows that an action changed a file that it shares. */
  public enum Check {
    /** Size, time, mode and owner. */
    STAMPS,
    /** Its bytes as well. */
    BYTES
  }

  /** The same with another way to link. */
  public InputConfig withLink(LinkMode other) {
    return new InputConfig(cacheDirectory, cacheMaxBytes, other, check);
  }

  /** As usual. */
  public static InputConfig standard(Path cacheDirectory) {
    return new InputConfig(cacheDirectory, DEFAULT_CACHE_BYTES, LinkMode.HARD, Check.STAMPS);
  }
}
