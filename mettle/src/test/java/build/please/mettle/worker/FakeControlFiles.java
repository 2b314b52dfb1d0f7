// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory that stands in for the file system of cgroups, with those of its rules that matter
 * here: what files a group has, who may share out controllers, what can be removed. Limits nothing.
 */
final class FakeControlFiles implements ControlFiles {
  final List<String> killed = new ArrayList<>();
  private final Path home;

  /**
   * @param home an empty directory, which becomes the group of this process and of another
   */
  FakeControlFiles(Path home, String controllers) throws IOException {
    this.home = home;
    fill(home, controllers);
    Files.writeString(home.resolve("cgroup.procs"), ProcessHandle.current().pid() + "\n");
  }

  /** As if it was in the group as well. */
  void settle(String process) throws IOException {
    Path file = home.resolve("cgroup.procs");
    Files.writeString(file, Files.readString(file) + process + "\n");
  }

  ControlSupport support(Path process) throws IOException {
    Files.writeString(process.resolve("cgroup"), "4:memory:/x\n0::/a/b\n");
    Files.writeString(
        process.resolve("mountinfo"),
        "30 1 0:27 / /proc rw - proc proc rw\n31 1 0:28 /a/b "
            + home
            + " rw - cgroup2 cgroup2 rw\n");
    return ControlSupport.look(process, this);
  }

  private static void fill(Path group, String controllers) throws IOException {
    Files.writeString(group.resolve("cgroup.subtree_control"), "\n");
    Files.writeString(group.resolve("cgroup.events"), "populated 0\nfrozen 0\n");
    Files.createFile(group.resolve("cgroup.procs"));
    Files.createFile(group.resolve("cgroup.kill"));
    offer(group, controllers);
  }

  private static void offer(Path group, String controllers) throws IOException {
    Files.writeString(group.resolve("cgroup.controllers"), controllers + "\n");
    for (String controller : controllers.split(" ", -1)) {
      if (controller.equals("memory")) {
        Files.writeString(group.resolve("memory.max"), "max\n");
        Files.writeString(group.resolve("memory.oom.group"), "0\n");
        Files.writeString(group.resolve("memory.events"), "low 0\noom 0\noom_kill 0\n");
      } else if (controller.equals("cpu")) {
        Files.writeString(group.resolve("cpu.max"), "max 100000\n");
      }
    }
  }

  @Override
  public void create(Path group) throws IOException {
    String shared = Files.readString(group.resolveSibling("cgroup.subtree_control")).strip();
    Files.createDirectory(group);
    fill(group, shared);
  }

  @Override
  public void write(Path file, String text) throws IOException {
    switch (file.getFileName().toString()) {
      case "cgroup.procs" -> move(file, text);
      case "cgroup.subtree_control" -> share(file, text);
      case "cgroup.kill" -> {
        killed.add(file.getName(file.getNameCount() - 2).toString());
        Files.writeString(file.resolveSibling("cgroup.events"), "populated 0\n");
      }
      default -> ControlFiles.super.write(file, text);
    }
  }

  private void move(Path file, String process) throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      for (Path other : all.filter(path -> path.endsWith("cgroup.procs")).toList()) {
        Files.writeString(other, Files.readString(other).replace(process + "\n", ""));
      }
    }
    Files.writeString(file, Files.readString(file) + process + "\n");
  }

  private void share(Path file, String text) throws IOException {
    String controllers = Files.readString(file.resolveSibling("cgroup.controllers"));
    if (!List.of(controllers.strip().split(" ", -1)).contains(text.substring(1))) {
      throw new IOException("No such file or directory");
    }
    if (Files.size(file.resolveSibling("cgroup.procs")) > 0) {
      throw new IOException("Device or resource busy");
    }
    String shared = (Files.readString(file).strip() + " " + text.substring(1)).strip();
    Files.writeString(file, shared);
    for (Path group : groups(file.resolveSibling("").normalize())) {
      offer(group, shared);
    }
  }

  @Override
  public void remove(Path group) throws IOException {
    if (!Files.readString(group.resolve("cgroup.events")).contains("populated 0")
        || !groups(group).isEmpty()) {
      throw new IOException("Device or resource busy");
    }
    TreeRemoval.remove(group);
  }
}
