// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

final class CommandLinesTest {
  private final TestMain main = new TestMain();

  @Test
  void flags_bothForms_areRead() {
    assertEquals(0, main.run("serve", "--size", "10M"));
    assertEquals(10_000_000, main.size);
    assertEquals(0, main.run("serve", "--size=10MiB"));
    assertEquals(10_485_760, main.size);
  }

  @Test
  void exitCode_isTheCommands() {
    main.body = () -> 42;
    assertEquals(42, main.run("serve", "--size=1"));
  }

  @Test
  void repeatedFlag_lastWins() {
    assertEquals(0, main.run("serve", "--size=1", "--size=2"));
    assertEquals(2, main.size);
    assertEquals("", main.err.toString());
  }

  @Test
  void valueWithAt_isNoFileOfArguments() {
    refused("'@1' is not a size", "serve", "--size", "@1");
  }

  @Test
  void unknownFlag_isNamed() {
    refused("--sise=10", "serve", "--size=1", "--sise=10");
    refused("-x", "serve", "--size=1", "-x");
  }

  @Test
  void badValue_isNamedWithItsFlag() {
    refused("--size", "serve", "--size=10Q");
    refused("'10Q' is not a size", "serve", "--size=10Q");
    refused("--port", "serve", "--size=1", "--port", "70000");
    refused("'70000'", "serve", "--size=1", "-p70000");
    refused("--verbosity", "-v", "loud", "serve", "--size=1");
    refused("'loud'", "-v", "loud", "serve", "--size=1");
    refused("--drain_timeout", "serve", "--size=1", "--drain_timeout=soon");
    refused("'soon'", "serve", "--size=1", "--drain_timeout=soon");
    refused("--tls-min-version", "serve", "--size=1", "--tls-min-version=1.1");
    refused("--rpc_threads", "serve", "--size=1", "--rpc_threads=0");
    refused("--auth_all", "serve", "--size=1", "--auth_all=maybe");
  }

  @Test
  void lineBreaksInValue_stayOnOneLine() {
    refused("--size", "serve", "--size=1\n2\n3");
    refused("a b", "serve", "--size=1", "a\nb");
  }

  @Test
  void missingRequired_isNamed() {
    refused("--size", "serve");
  }

  @Test
  void missingValue_isNamed() {
    refused("--size", "serve", "--size");
  }

  @Test
  void leftoverPositional_isNamed() {
    refused("leftover", "serve", "--size=1", "leftover");
  }

  @Test
  void missingSubcommand_listsThem() {
    refused("serve");
    refused("sevre", "sevre", "--size=1");
  }

  @Test
  void usageExceptionAndIoException_areOneLine() {
    assertFails("--size 1 is odd", new UsageException("--size 1 is odd"));
    assertFails("cannot listen on *:1", new IOException("cannot listen on *:1"));
    assertFails("/a/b: no such file or directory", new NoSuchFileException("/a/b"));
    assertFails("disk gone", new UncheckedIOException(new IOException("disk gone")));
  }

  @Test
  void otherException_isABug() {
    main.body =
        () -> {
          throw new IllegalStateException("planted");
        };
    assertEquals(2, main.run("serve", "--size=1"));
  }

  @Test
  void help_isOnStdoutAndAlwaysTheSame() {
    assertEquals(0, main.run("--help"));
    assertTrue(main.out.toString().contains("--log_file"), main.out.toString());
    assertTrue(main.out.toString().contains("serve"), main.out.toString());
    TestMain again = new TestMain();
    assertEquals(0, again.run("-h"));
    assertEquals(main.out.toString(), again.out.toString());
    assertEquals("", main.err.toString());
  }

  @Test
  void help_ofSubcommand_needsNoRequiredFlags() {
    assertEquals(0, main.run("serve", "--help"));
    assertTrue(main.out.toString().contains("--size"), main.out.toString());
    assertTrue(main.out.toString().contains("default: 7778"), main.out.toString());
    assertTrue(main.out.toString().lines().allMatch(line -> line.length() <= 100));
  }

  @Test
  void version_isPrinted() {
    assertEquals(0, main.run("--version"));
    assertEquals("1.2.3", main.out.toString().strip());
    assertEquals(0, new TestMain().run("serve", "--version"));
  }

  private void assertFails(String message, Exception failure) {
    TestMain fresh = new TestMain();
    fresh.body =
        () -> {
          throw failure;
        };
    assertEquals(1, fresh.run("serve", "--size=1"));
    assertEquals("prog: " + message, fresh.err.toString().strip());
    assertEquals("", fresh.out.toString());
  }

  private static void refused(String named, String... arguments) {
    TestMain fresh = new TestMain();
    assertEquals(1, fresh.run(arguments));
    String err = fresh.err.toString();
    assertTrue(err.contains(named), err);
    assertEquals(1, err.lines().count(), err);
    assertTrue(err.startsWith("prog: "), err);
    assertTrue(err.contains("--help"), err);
    assertEquals("", fresh.out.toString());
  }
}
