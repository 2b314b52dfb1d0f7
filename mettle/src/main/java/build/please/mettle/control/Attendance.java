// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.control;

import build.please.mettle.logs.Broadcast;
import build.please.proto.control.AttendResponse.Wish;

/**
 * Tells a worker whether anybody waits for what it has in hand, and lets them read what that
 * prints. Safe for concurrent use.
 */
public interface Attendance {
  /** Knows of nobody who does not wait. */
  Attendance NONE = (operation, server) -> Hold.NONE;

  /**
   * Begins to ask about a run.
   *
   * @param operation the run's
   * @param server the API server that requested it, as the request says; empty if it does not
   * @return to be closed when the run is over
   */
  Hold hold(String operation, String server);

  /** A run in hand. For one thread, but that the listener is called on another's. */
  interface Hold extends AutoCloseable {
    /** Of a run of which nothing can be learnt. */
    Hold NONE =
        new Hold() {
          @Override
          public Wish wish() {
            return Wish.WANTED;
          }

          @Override
          public void onUnwanted(Runnable listener) {
            // It always is.
          }

          @Override
          public Broadcast broadcast() {
            return Broadcast.NONE;
          }

          @Override
          public void close() {
            // There is nothing behind it.
          }
        };

    /**
     * Whether somebody waits, or nobody any more, or somebody asked for the end. Blocks for a
     * moment where that must be asked first, never longer than a second; what is not known by then
     * counts as wanted.
     */
    Wish wish();

    /**
     * Has the listener run once it is not wanted any more, at once if that is so. It must not
     * block.
     */
    void onUnwanted(Runnable listener);

    /**
     * Lets clients read what the run prints, if somebody is there through whom they can. To be
     * asked once {@link #wish} has answered.
     */
    Broadcast broadcast();

    @Override
    void close();
  }
}
