// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Reads command lines the same way in all mains.
 *
 * <p>Exit codes: what the command returned; 1 if the command line is wrong or something that it
 * names cannot be used, with one line on stderr; 2 for a failure that nobody expected, with its
 * stack in the log.
 */
public final class CommandLines {
  private static final Logger log = LoggerFactory.getLogger(CommandLines.class);

  /** A failure that nobody expected. */
  private static final int BUG = 2;

  private static final int USAGE = 1;

  private CommandLines() {}

  /**
   * The command, ready to {@code execute}. {@code -h}, {@code --help} and {@code --version} are
   * added to it and its subcommands; they print on stdout and exit with 0.
   *
   * @param command annotated for picocli, or a CommandLine with its subcommands; these are {@code
   *     Callable<Integer>} or Runnable
   * @param version what {@code --version} prints
   */
  public static CommandLine of(Object command, String version) {
    CommandLine line = command instanceof CommandLine given ? given : new CommandLine(command);
    line.addMixin("help", new HelpOptions());
    line.getCommandSpec().version(version);
    configure(line);
    line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setExpandAtFiles(false)
        .setOverwrittenOptionsAllowed(true)
        .setUsageHelpWidth(100)
        .setUsageHelpAutoWidth(false)
        .setParameterExceptionHandler(CommandLines::refuse)
        .setExecutionExceptionHandler(CommandLines::fail);
    return line;
  }

  /** The version in the jar that holds this class, if it is run from a jar. */
  public static String version(Class<?> main) {
    String version = main.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private static void configure(CommandLine line) {
    line.getCommandSpec()
        .exitCodeOnInvalidInput(USAGE)
        .exitCodeOnExecutionException(BUG)
        .usageMessage()
        .sortOptions(false);
    line.getSubcommands().values().forEach(CommandLines::configure);
  }

  private static int refuse(ParameterException e, String[] arguments) {
    CommandLine line = e.getCommandLine();
    String message = OneLine.of(e);
    if (lacksSubcommand(e)) {
      message += " (one of " + String.join(", ", line.getSubcommands().keySet()) + ")";
    }
    return complain(line, message + "; see " + line.getCommandSpec().qualifiedName() + " --help");
  }

  private static boolean lacksSubcommand(ParameterException e) {
    CommandLine line = e.getCommandLine();
    Object command = line.getCommand();
    return !line.getSubcommands().isEmpty()
        && !(command instanceof Runnable || command instanceof Callable)
        && !(e instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption());
  }

  private static int fail(Exception e, CommandLine line, ParseResult parsed) {
    if (e instanceof UsageException || e instanceof IOException) {
      return complain(line, OneLine.of(e));
    }
    if (e instanceof UncheckedIOException unchecked && unchecked.getCause() != null) {
      return complain(line, OneLine.of(unchecked.getCause()));
    }
    log.error("a bug: no such failure was expected", e);
    return BUG;
  }

  private static int complain(CommandLine line, String message) {
    CommandLine root = line;
    while (root.getParent() != null) {
      root = root.getParent();
    }
    line.getErr().println(root.getCommandName() + ": " + message);
    line.getErr().flush();
    return USAGE;
  }
}
