// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A worker process, as others see it: it has a workspace with a command that never ends. */
final class WorkspaceOwner {
  private WorkspaceOwner() {}

  /** Prints the command's process id once it runs, and lives until it is killed or stdin ends. */
  public static void main(String[] arguments) throws Exception {
    Kernel kernel = new LinuxKernel(StandardCharsets.UTF_8);
    try (Timer timer = new Timer()) {
      Workspace workspace =
          Workspace.open(Path.of(arguments[0]), new StrayProcesses(kernel, timer));
      WorkDirectory directory = workspace.create("0123456789abcdef");
      Files.createDirectory(directory.inputRoot());
      Files.createFile(directory.stdout());
      Files.createFile(directory.stderr());
      Kernel.Child child =
          kernel.spawn(
              new Launch(
                  Path.of("/bin/sh"),
                  List.of("sh", "-c", "cd /; exec sleep 1000 > /dev/null 2>&1"),
                  Map.of(StraySigns.COOKIE, directory.cookie(), "PATH", "/usr/bin:/bin"),
                  directory.inputRoot(),
                  directory.stdout(),
                  directory.stderr()));
      System.out.println(child.pid());
      System.out.flush();
      System.in.read();
      child.signal(Kernel.Signal.KILL);
    }
  }
}
