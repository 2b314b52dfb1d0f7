// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.LogLevels;
import build.please.common.cli.Verbosity;
import build.please.metrics.AdminPage;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Shows how much is logged, and changes it, by the names of the flags. */
final class LoggingPage implements AdminPage {
  private static final String STDERR = "verbosity";
  private static final String FILE = "file_verbosity";

  private final LogLevels levels;

  LoggingPage(LogLevels levels) {
    this.levels = levels;
  }

  @Override
  public String show() {
    return STDERR + "=" + levels.stderr().flag() + "\n" + FILE + "=" + levels.file().flag() + "\n";
  }

  @Override
  public void change(Map<String, String> parameters) {
    Set<String> unknown = new TreeSet<>(parameters.keySet());
    unknown.removeAll(Set.of(STDERR, FILE));
    if (!unknown.isEmpty() || parameters.isEmpty()) {
      throw new IllegalArgumentException(
          "give " + STDERR + " or " + FILE + (unknown.isEmpty() ? "" : ", not " + unknown));
    }
    Verbosity stderr = verbosity(parameters, STDERR).orElse(levels.stderr());
    Verbosity file = verbosity(parameters, FILE).orElse(levels.file());
    levels.set(stderr, file);
  }

  private static Optional<Verbosity> verbosity(Map<String, String> parameters, String name) {
    return Optional.ofNullable(parameters.get(name)).map(Verbosity::parse);
  }
}
