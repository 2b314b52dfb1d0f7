// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.util.Optional;

/**
 * What was read from files.
 *
 * @param validity when others will accept it; empty if always
 */
record Loaded<T>(T value, Optional<Validity> validity) {
  static <T> Loaded<T> lasting(T value) {
    return new Loaded<>(value, Optional.empty());
  }
}
