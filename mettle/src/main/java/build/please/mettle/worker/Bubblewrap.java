// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Puts a launch into namespaces, by the program {@code bwrap}. Paths stay what they are, so that
 * what a command prints means the same inside and outside.
 */
final class Bubblewrap {
  private Bubblewrap() {}

  /** Whether the command may use the machine's network. */
  enum Network {
    OWN,
    SHARED
  }

  /**
   * The launch of {@code bwrap} that launches the given one.
   *
   * @param launch with an absolute program
   */
  static Launch wrap(Path bwrap, Launch launch, WorkDirectory directory, Network network)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("bwrap"));
    arguments.addAll(
        List.of("--unshare-user", "--unshare-pid", "--unshare-ipc", "--cap-drop", "ALL"));
    if (network == Network.OWN) {
      arguments.add("--unshare-net");
    }
    // Its end is the end of all in it. A session of its own keeps a command that signals its group
    // from hitting bwrap.
    arguments.addAll(List.of("--die-with-parent", "--new-session"));
    Path temporary = Files.createDirectory(directory.path().resolve("tmp"));
    String root = directory.inputRoot().toString();
    arguments.addAll(List.of("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"));
    arguments.addAll(List.of("--bind", temporary.toString(), "/tmp"));
    // The other actions of this worker are nobody's business.
    String all = directory.path().resolveSibling("").toString();
    arguments.addAll(List.of("--tmpfs", all, "--bind", root, root, "--remount-ro", all));
    arguments.addAll(List.of("--chdir", launch.directory().toString()));
    // Not as bwrap's own: it would do what LD_PRELOAD says, and that outside.
    launch
        .environment()
        .forEach((name, value) -> arguments.addAll(List.of("--setenv", name, value)));
    arguments.addAll(List.of("--json-status-fd", String.valueOf(Launch.REPORT)));
    arguments.add("--");
    String name = launch.arguments().get(0);
    arguments.add(name.indexOf('/') >= 0 ? name : launch.program().toString());
    arguments.addAll(launch.arguments().subList(1, launch.arguments().size()));
    return new Launch(
            bwrap, arguments, Map.of(), launch.directory(), launch.stdout(), launch.stderr())
        .reporting(directory.path().resolve("report"));
  }
}
