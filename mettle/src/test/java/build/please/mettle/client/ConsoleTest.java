// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ConsoleTest {
  private static final String CLEAR = "\r\u001b[K";

  /** Both streams, as on one screen. */
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();

  private final AtomicLong nanos = new AtomicLong();

  private Console console(Console.Style style) {
    return new Console(
        screen, new PrintStream(screen, true, StandardCharsets.UTF_8), style, nanos::get);
  }

  private String seen() {
    String seen = screen.toString(StandardCharsets.UTF_8);
    screen.reset();
    return seen;
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  @Test
  void terminal_showsOneLineThatChanges_andLeavesNothingOfIt() {
    Console console = console(Console.Style.TERMINAL);
    console.stage(1, "uploading");
    assertEquals(CLEAR + "mettle: [>   ] uploading, 0.0 s", seen());
    nanos.set(1_250_000_000L);
    console.tick();
    assertEquals(CLEAR + "mettle: [>   ] uploading, 1.3 s", seen());
    console.stage(3, "executing on w");
    assertEquals(CLEAR + "mettle: [==> ] executing on w, 0.0 s", seen());
    console.endOfStages();
    assertEquals(CLEAR, seen());
    console.tick();
    assertEquals("", seen());
    console.say("from the cache");
    assertEquals("mettle: from the cache\n", seen());
  }

  @Test
  void terminal_whatTheCommandPrints_isNotMixedWithTheLine() throws IOException {
    Console console = console(Console.Style.TERMINAL);
    console.stage(3, "executing");
    seen();
    console.stdout(bytes("half a "));
    assertEquals(CLEAR + "half a ", seen());
    console.tick();
    assertEquals("", seen(), "it would overwrite the half line");
    console.stderr(bytes("line\n"));
    assertEquals("line\n", seen());
    console.tick();
    assertEquals(CLEAR + "mettle: [==> ] executing, 0.0 s", seen());
    console.stdout(bytes("no end"));
    console.say("done");
    assertEquals(CLEAR + "no end\nmettle: done\n", seen());
  }

  @Test
  void elsewhere_aLineForEachStage() throws IOException {
    Console console = console(Console.Style.PLAIN);
    console.progress(1, "uploading");
    console.stage(2, "queued");
    console.tick();
    console.stdout(bytes("no end"));
    console.say("done");
    assertEquals("mettle: queued\nno endmettle: done\n", seen());
  }

  @Test
  void quiet_onlyTheCommand() throws IOException {
    Console console = console(Console.Style.QUIET);
    console.stage(2, "queued");
    console.stderr(bytes("warning\n"));
    console.say("done");
    assertEquals("warning\n", seen());
  }
}
