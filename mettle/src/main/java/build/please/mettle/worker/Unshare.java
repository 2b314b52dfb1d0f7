// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.worker.Bubblewrap.Network;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Puts a launch into namespaces, by the programs {@code unshare} and {@code setpriv} of util-linux
 * and a shell script that mounts what {@link Bubblewrap} would have mounted. Slower, since each
 * mount is a process.
 *
 * <p>The script needs all rights in the outer of two user namespaces; the command runs in the inner
 * one, with its own user and none of them.
 */
final class Unshare {
  private static final String SCRIPT = script();

  /** Where the script finds its programs; the command has its own. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C");

  private Unshare() {}

  /**
   * The launch of {@code unshare} that launches the given one.
   *
   * @param launch with an absolute program
   */
  static Launch wrap(
      Sandbox.Unshared programs, Launch launch, WorkDirectory directory, Network network)
      throws IOException {
    Path temporary = Files.createDirectory(directory.path().resolve("tmp"));
    int user = (int) Files.getAttribute(temporary, "unix:uid");
    int group = (int) Files.getAttribute(temporary, "unix:gid");
    List<String> arguments = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
    arguments.add(programs.unshare().toString());
    arguments.addAll(List.of("--map-root-user", "--mount", "--pid", "--ipc"));
    if (network == Network.OWN) {
      arguments.add("--net");
    }
    arguments.addAll(List.of("--fork", "--kill-child", "setsid", "sh", "-c", SCRIPT, "sh"));
    arguments.add(directory.inputRoot().toString());
    arguments.add(directory.path().resolveSibling("").toString());
    arguments.add(temporary.toString());
    arguments.add(launch.directory().toString());
    arguments.add("--map-user=" + user + " --map-group=" + group);
    // Others than root lose theirs by themselves, and may not say that they do.
    arguments.add(user == 0 ? "--inh-caps=-all --bounding-set=-all" : "");
    arguments.addAll(ByShell.words(launch));
    return new Launch(
            programs.setpriv(),
            arguments,
            ENVIRONMENT,
            launch.directory(),
            launch.stdout(),
            launch.stderr())
        .reporting(directory.path().resolve("report"));
  }

  private static String script() {
    try (InputStream in =
        Objects.requireNonNull(Unshare.class.getResourceAsStream("namespaces.sh"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("a part of the program is missing", e);
    }
  }
}
