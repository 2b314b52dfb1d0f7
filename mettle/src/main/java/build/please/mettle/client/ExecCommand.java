// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cli.Terminal;
import build.please.common.cli.UsageException;
import build.please.creds.CredentialFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code mettle exec}: runs one command on a server, for trying servers without a build tool.
 *
 * <p>Returns the command's own exit code; {@value #INFRASTRUCTURE} if the command could not be run
 * to its end, with one line on stderr that says why. Throws {@link UsageException} for flags that
 * cannot be obeyed.
 */
@Command(
    name = "exec",
    customSynopsis = {"mettle exec [OPTION]... -- PROGRAM [ARGUMENT]...", ""},
    description = {
      "Run one command on a server.",
      "",
      "Uploads the inputs, executes the command there, prints its stdout and stderr and fetches its"
          + " outputs. What it prints appears while it runs if the server offers that. The stages,"
          + " how long they took, and whether the result came from the cache are told on stderr.",
      "",
      "Exit code: the command's; 125 if it could not be run, or not to its end; 1 for a wrong flag.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  mettle exec --input a.txt --output b.txt -- /bin/sh -c 'tr a-z A-Z < a.txt > b.txt'"
    })
public final class ExecCommand implements Callable<Integer> {
  /** The exit code when there is none of the command's own. */
  static final int INFRASTRUCTURE = 125;

  @Mixin private final ServerOptions serverOptions = new ServerOptions();
  @Mixin private final CommandOptions commandOptions = new CommandOptions();

  @Option(
      names = "--output_dir",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "Where outputs are put (default: the current directory).")
  private Path outputDirectory = Path.of(".");

  @Option(
      names = "--no_cache",
      description = "Neither look for the result in the cache nor store it there.")
  private boolean noCache;

  @Option(
      names = "--skip_cache",
      description = "Do not look for the result in the cache, but store it there.")
  private boolean skipCache;

  @Option(
      names = "--priority",
      paramLabel = "N",
      description =
          "How urgent it is; above 0 it waits until there is nothing else to run (default: 0).")
  private int priority;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description =
          "Run the command so many times, one after the other and never from the cache, and tell"
              + " how long the calls took. What is printed and fetched is the last run's.")
  private @Nullable Integer repeat;

  @Option(
      names = "--json",
      description =
          "Print one JSON object about the result on stdout, with what the command printed in it.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description =
          "Print only what the command prints, and why it could not be run if it could not.")
  private boolean quiet;

  private final Path directory;
  private final OutputStream out;
  private final PrintStream err;
  private final Console.Style style;
  private final LongSupplier nanoTime;
  private final Dialer dialer;

  /**
   * @param directory what inputs and the output directory are relative to
   * @param out gets what the command prints on stdout, byte for byte
   * @param err gets what it prints on stderr, and whatever there is to say
   * @param nanoTime as {@link System#nanoTime}
   */
  public ExecCommand(Path directory, OutputStream out, PrintStream err, LongSupplier nanoTime) {
    this(
        directory,
        out,
        err,
        Terminal.isStderr() ? Console.Style.TERMINAL : Console.Style.PLAIN,
        nanoTime,
        new RpcDialer(CredentialFiles.unwatched(Clock.systemUTC())));
  }

  ExecCommand(
      Path directory,
      OutputStream out,
      PrintStream err,
      Console.Style style,
      LongSupplier nanoTime,
      Dialer dialer) {
    this.directory = directory;
    this.out = out;
    this.err = err;
    this.style = style;
    this.nanoTime = nanoTime;
    this.dialer = dialer;
  }

  @Override
  @SuppressWarnings("try") // The ticking is only there to be closed.
  public Integer call() {
    Console console = new Console(out, err, quiet ? Console.Style.QUIET : style, nanoTime);
    try (Ticking ticking = Ticking.of(console)) {
      return run(console);
    } catch (IOException e) {
      console.endOfStages();
      err.println("mettle: " + describe(e).strip().replaceAll("\\s*\\R\\s*", " "));
      return INFRASTRUCTURE;
    } finally {
      err.flush();
    }
  }

  private static String describe(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    // The message of these is often no more than the name of a file.
    return failure instanceof FileSystemException
        ? message + " (" + failure.getClass().getSimpleName() + ")"
        : message;
  }

  private int run(Console console) throws IOException {
    if (repeat != null && repeat < 1) {
      throw new UsageException("--repeat '" + repeat + "' is not a positive number");
    }
    boolean alwaysRun = noCache || repeat != null;
    ExecAction action =
        commandOptions.action(
            directory, alwaysRun ? ExecAction.Storing.NOWHERE : ExecAction.Storing.IN_THE_CACHE);
    try (Servers servers = serverOptions.dial(dialer)) {
      ExecRun run =
          new ExecRun(
              servers,
              action,
              alwaysRun || skipCache ? ExecRun.Lookup.NOWHERE : ExecRun.Lookup.IN_THE_CACHE,
              priority,
              nanoTime,
              console);
      run.upload();
      ExecRun.Talk talk = json ? ExecRun.Talk.AFTERWARDS : ExecRun.Talk.LIVE;
      Outcome outcome = repeat == null ? run.once(talk) : run.repeatedly(repeat);
      OutputDirectory outputs = new OutputDirectory(directory.resolve(outputDirectory));
      Report report = new Report(servers.blobs(), outputs, commandOptions.outputs(), out, console);
      if (json) {
        report.json(outcome);
      } else {
        report.plain(outcome);
      }
      return outcome.exitCode();
    }
  }
}
