// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Where to serve metrics and probes over HTTP; legal before and after a subcommand. */
public final class AdminOptions {
  private static final Logger log = LoggerFactory.getLogger(AdminOptions.class);

  @Option(
      names = "--admin_host",
      scope = ScopeType.INHERIT,
      paramLabel = "HOST",
      description = "Name or address for metrics and probes; all addresses unless given.")
  private String host = "";

  @Option(
      names = "--admin_port",
      scope = ScopeType.INHERIT,
      paramLabel = "PORT",
      converter = Port.class,
      description = "Port for metrics and probes over HTTP; 0 takes a free one.")
  private @Nullable Integer port;

  @Option(
      names = {"-m", "--metrics_port"},
      scope = ScopeType.INHERIT,
      paramLabel = "PORT",
      converter = Port.class,
      description = "The same under its older name, where 0 means none.")
  private @Nullable Integer metricsPort;

  @Option(
      names = "--admin_disabled",
      scope = ScopeType.INHERIT,
      converter = GoBool.class,
      defaultValue = "${env:ADMIN_DISABLE_HTTP:-false}",
      fallbackValue = "true",
      description = "Serve no metrics and probes (env ADMIN_DISABLE_HTTP).")
  private boolean disabled;

  @Option(
      names = "--admin_gcp_profiling",
      scope = ScopeType.INHERIT,
      converter = GoBool.class,
      defaultValue = "${env:ADMIN_GCP_PROFILING:-false}",
      fallbackValue = "true",
      hidden = true)
  private boolean profiling;

  private final OptionalInt defaultPort;

  private AdminOptions(OptionalInt defaultPort) {
    this.defaultPort = defaultPort;
  }

  /** Served on this port unless told otherwise. */
  public static AdminOptions onPort(int defaultPort) {
    return new AdminOptions(OptionalInt.of(defaultPort));
  }

  /** Not served unless a port is given. */
  public static AdminOptions offByDefault() {
    return new AdminOptions(OptionalInt.empty());
  }

  /**
   * Empty if nothing is to be served. Warns of flags that mean nothing here.
   *
   * @throws UsageException if both names of the port are given
   */
  public Optional<AdminAddress> toConfig() {
    return toConfig(defaultPort);
  }

  /** As {@link #toConfig()}, for a command that has a port of its own unless told otherwise. */
  public Optional<AdminAddress> toConfig(int otherPort) {
    return toConfig(OptionalInt.of(otherPort));
  }

  private Optional<AdminAddress> toConfig(OptionalInt unlessGiven) {
    if (profiling) {
      log.warn(
          "--admin_gcp_profiling (ADMIN_GCP_PROFILING) has no effect: nothing is sent to a "
              + "profiler; attach one to the process instead");
    }
    if (port != null && metricsPort != null) {
      throw new UsageException(
          "--admin_port "
              + port
              + " and --metrics_port "
              + metricsPort
              + " mean the same; give one");
    }
    if (disabled) {
      return Optional.empty();
    }
    if (port != null) {
      return Optional.of(new AdminAddress(host, port, AdminAddress.Origin.GIVEN));
    }
    if (metricsPort != null) {
      return metricsPort == 0
          ? Optional.empty()
          : Optional.of(new AdminAddress(host, metricsPort, AdminAddress.Origin.GIVEN));
    }
    return unlessGiven.isPresent()
        ? Optional.of(new AdminAddress(host, unlessGiven.getAsInt(), AdminAddress.Origin.DEFAULT))
        : Optional.empty();
  }
}
