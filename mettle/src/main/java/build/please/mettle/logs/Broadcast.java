// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.logs;

import build.please.common.cas.Digest;
import build.please.mettle.queue.StreamNames;
import java.util.Optional;

/** Lets others read what commands print, while they run. Safe for concurrent use. */
@FunctionalInterface
public interface Broadcast {
  /** Nobody listens. */
  Broadcast NONE = (stdout, stderr) -> Airing.NONE;

  /**
   * Begins with one command. The streams must be readable until the airing is closed.
   *
   * @return what goes on until the run is over
   */
  Airing begin(LogTail stdout, LogTail stderr);

  /** The streams of one run. */
  interface Airing extends AutoCloseable {
    /** Of no run. */
    Airing NONE =
        new Airing() {
          @Override
          public StreamNames names() {
            return StreamNames.NONE;
          }

          @Override
          public void stored(Optional<Digest> stdout, Optional<Digest> stderr) {}

          @Override
          public void close() {}
        };

    /** By what names readers ask for the streams. */
    StreamNames names();

    /**
     * The command has ended and all that it printed is in the store, from where readers get the
     * rest.
     *
     * @param stdout empty if nothing was printed
     */
    void stored(Optional<Digest> stdout, Optional<Digest> stderr);

    /** The streams are not read any more. Who reads and was not told of a stored one is cut off. */
    @Override
    void close();
  }
}
