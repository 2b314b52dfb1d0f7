// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.UsageException;
import build.please.mettle.worker.Sandbox;
import build.please.mettle.worker.SandboxConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** In what commands run. */
final class SandboxOptions {
  private static final String BUBBLEWRAP = "bwrap";
  private static final String UNSHARE = "unshare";
  private static final String SETPRIV = "setpriv";

  @Option(
      names = "--sandbox",
      paramLabel = "none|namespaces|TOOL",
      description =
          "What commands run in (default: none). 'namespaces', by bubblewrap or else unshare, leaves a command only "
              + "its input root and a /tmp of its own to write to, no other process to see, and no "
              + "network unless the platform property network asks for it. TOOL is a program that "
              + "is put before the command's arguments, if its environment says SANDBOX=true.")
  private String sandbox = "none";

  @Option(
      names = "--alt_sandbox",
      paramLabel = "none|namespaces|TOOL",
      description = "Likewise, for commands whose environment does not say SANDBOX=true.")
  private @Nullable String other;

  /**
   * What the flags say.
   *
   * @param path where programs are looked for
   * @throws UsageException if there is no such program
   */
  SandboxConfig toConfig(String path) {
    Sandbox asked = parse("--sandbox", sandbox, path);
    if (other != null) {
      return new SandboxConfig(asked, parse("--alt_sandbox", other, path));
    }
    return new SandboxConfig(asked, asked instanceof Sandbox.Tool ? new Sandbox.None() : asked);
  }

  private static Sandbox parse(String flag, String value, String path) {
    return switch (value) {
      case "", "none" -> new Sandbox.None();
      case "namespaces" -> namespaces(flag, path);
      default ->
          new Sandbox.Tool(
              find(value, path)
                  .orElseThrow(() -> new UsageException(flag + " " + value + ": no such program")));
    };
  }

  private static Sandbox namespaces(String flag, String path) {
    Optional<Path> bubblewrap = find(BUBBLEWRAP, path);
    if (bubblewrap.isPresent()) {
      return new Sandbox.Namespaces(bubblewrap.get());
    }
    Optional<Path> unshare = find(UNSHARE, path);
    Optional<Path> setpriv = find(SETPRIV, path);
    if (unshare.isPresent() && setpriv.isPresent()) {
      return new Sandbox.Unshared(unshare.get(), setpriv.get());
    }
    throw new UsageException(
        flag
            + " namespaces needs bubblewrap, or unshare and setpriv: there is neither bwrap nor both"
            + " of these in "
            + path);
  }

  private static Optional<Path> find(String name, String path) {
    if (name.indexOf('/') >= 0) {
      return Optional.of(Path.of(name).toAbsolutePath()).filter(SandboxOptions::isProgram);
    }
    for (String entry : path.split(":", -1)) {
      Path candidate = Path.of(entry, name);
      if (candidate.isAbsolute() && isProgram(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  private static boolean isProgram(Path file) {
    return Files.isRegularFile(file) && Files.isExecutable(file);
  }
}
