// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Where things are printed: what the command says, byte for byte, and what we say about it, each
 * line of which begins with {@code mettle:}.
 *
 * <p>Where people look, what goes on is one line that changes and leaves nothing behind; elsewhere
 * it is a line for each stage. Safe for concurrent use: the lock is what keeps lines whole, so it
 * is held while they are printed.
 */
final class Console {
  /** Who reads it. */
  enum Style {
    TERMINAL,
    PLAIN,
    /** Nobody wants to hear of us, unless something is wrong. */
    QUIET
  }

  private static final String CLEAR = "\r\u001b[K";
  private static final int STEPS = 4;

  private final OutputStream out;
  private final PrintStream err;
  private final Style style;
  private final LongSupplier nanoTime;

  @GuardedBy("this")
  private String stage = "";

  @GuardedBy("this")
  private int step;

  @GuardedBy("this")
  private long since;

  /** Whether the changing line is what the cursor is on. */
  @GuardedBy("this")
  private boolean shown;

  /** Whether the command left the cursor within a line. */
  @GuardedBy("this")
  private boolean midLine;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  Console(OutputStream out, PrintStream err, Style style, LongSupplier nanoTime) {
    this.out = out;
    this.err = err;
    this.style = style;
    this.nanoTime = nanoTime;
  }

  Style style() {
    return style;
  }

  /**
   * A stage begins.
   *
   * @param number its place among all, from 1 to 4
   */
  synchronized void stage(int number, String name) {
    if (style == Style.PLAIN) {
      err.println("mettle: " + name);
    } else {
      progress(number, name);
    }
  }

  /** A stage begins that only people care about who look on. */
  synchronized void progress(int number, String name) {
    if (style == Style.TERMINAL) {
      stage = name;
      step = number;
      since = nanoTime.getAsLong();
      show();
    }
  }

  /** Shows how long the stage has been going on. */
  synchronized void tick() {
    if (!stage.isEmpty()) {
      show();
    }
  }

  /** There are no more stages. */
  synchronized void endOfStages() {
    hide();
    stage = "";
  }

  /** Something that stays. */
  synchronized void say(String line) {
    if (style == Style.QUIET) {
      return;
    }
    hide();
    if (midLine && style == Style.TERMINAL) {
      err.println();
    }
    midLine = false;
    err.println("mettle: " + line);
  }

  /** What the command printed on stdout. */
  void stdout(ByteString bytes) throws IOException {
    print(bytes, out);
  }

  /** What it printed on stderr. */
  void stderr(ByteString bytes) throws IOException {
    print(bytes, err);
  }

  private synchronized void print(ByteString bytes, OutputStream to) throws IOException {
    if (bytes.isEmpty()) {
      return;
    }
    hide();
    bytes.writeTo(to);
    to.flush();
    midLine = bytes.byteAt(bytes.size() - 1) != '\n';
  }

  /** A stream of which everything goes to stdout, or to stderr. */
  OutputStream stream(Sink sink) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        sink.print(ByteString.copyFrom(bytes, offset, length));
      }
    };
  }

  /** One of the two ways to print. */
  @FunctionalInterface
  interface Sink {
    void print(ByteString bytes) throws IOException;
  }

  @GuardedBy("this")
  private void show() {
    if (midLine) {
      return; // It would be overwritten.
    }
    String bar = "=".repeat(step - 1) + ">" + " ".repeat(STEPS - step);
    double seconds = (nanoTime.getAsLong() - since) / 1e9;
    write(
        CLEAR + "mettle: [" + bar + "] " + stage + String.format(Locale.ROOT, ", %.1f s", seconds));
    shown = true;
  }

  @GuardedBy("this")
  private void hide() {
    if (shown) {
      write(CLEAR);
      shown = false;
    }
  }

  private void write(String text) {
    try {
      err.write(text.getBytes(StandardCharsets.UTF_8));
      err.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
