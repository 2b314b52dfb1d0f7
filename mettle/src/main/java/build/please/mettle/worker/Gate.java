// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

/** Says when a worker may take work. Safe for concurrent use. */
public interface Gate {
  /** One that never shuts. */
  Gate OPEN =
      new Gate() {
        @Override
        public boolean isOpen() {
          return true;
        }

        @Override
        public void await(Stop stop) {
          // Nothing to wait for.
        }
      };

  /** Whether work may be taken now. May take as long as a look at the disk does. */
  boolean isOpen();

  /** Blocks until work may be taken, or {@code stop} is raised. */
  void await(Stop stop);
}
