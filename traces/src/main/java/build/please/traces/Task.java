// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import java.time.Instant;

/** Something that this process does, until it is closed. For one thread. */
public interface Task extends AutoCloseable {
  /** A fact about it. */
  void note(String name, String value);

  /** A part of it, which is over. */
  void step(String name, Instant from, Instant to);

  /** It went wrong. */
  void fail(String why);

  @Override
  void close();
}
