// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.proto.resourceusage.POSIXResourceUsage;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What Java alone can do, with the programs {@code setsid} and {@code kill}, and by way of a shell:
 * for systems whose C library we cannot call. Slower, and without resource usage.
 */
final class PlainKernel implements Kernel {
  private final FileNames names;

  PlainKernel(FileNames names) {
    this.names = names;
  }

  @Override
  public Child spawn(Launch launch) throws IOException {
    if (launch.report().isPresent()) {
      throw new IOException("no program can report without the C library");
    }
    Launch relaxed = ByShell.of(launch, ByShell.UMASK);
    List<String> arguments = new ArrayList<>();
    arguments.add("setsid");
    arguments.add(relaxed.program().toString());
    arguments.addAll(relaxed.arguments().subList(1, relaxed.arguments().size()));
    for (String argument : arguments) {
      names.check(argument);
    }
    ProcessBuilder builder =
        new ProcessBuilder(arguments)
            .directory(launch.directory().toFile())
            .redirectInput(Redirect.from(new File("/dev/null")))
            .redirectOutput(Redirect.appendTo(launch.stdout().toFile()))
            .redirectError(Redirect.appendTo(launch.stderr().toFile()));
    builder.environment().clear();
    return new PlainChild(builder.start());
  }

  @Override
  public void signal(long pid, Signal signal) {
    ProcessHandle.of(pid)
        .ifPresent(
            process -> {
              if (signal == Signal.KILL) {
                process.destroyForcibly();
              } else {
                process.destroy();
              }
            });
  }

  @Override
  public void signalGroup(long leader, Signal signal) {
    sendToGroup(leader, signal);
  }

  /** Says whether there is a program to do it. */
  private static boolean sendToGroup(long leader, Signal signal) {
    try {
      new ProcessBuilder("kill", "-" + signal, "--", "-" + leader)
          .redirectOutput(Redirect.DISCARD)
          .redirectError(Redirect.DISCARD)
          .start();
      return true;
    } catch (IOException noSuchProgram) {
      return false;
    }
  }

  @Override
  public void symlink(String target, Path link) throws IOException {
    Files.createSymbolicLink(link, link.getFileSystem().getPath(target));
  }

  /**
   * @param process is the leader of its session: {@code setsid} only turns into the program
   */
  private record PlainChild(Process process) implements Child {
    @Override
    public long pid() {
      return process.pid();
    }

    /** The group's leftovers are found by the sweep, as the leader is reaped by Java at once. */
    @Override
    public Exit await() {
      boolean interrupted = false;
      try {
        while (true) {
          try {
            return new Exit(process.waitFor(), POSIXResourceUsage.getDefaultInstance());
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    @Override
    public void signal(Signal signal) {
      if (!process.isAlive()) {
        return;
      }
      if (!sendToGroup(process.pid(), signal)) {
        process.destroyForcibly();
      }
    }
  }
}
