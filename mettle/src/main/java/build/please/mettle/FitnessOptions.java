// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.ByteSize;
import build.please.common.cli.GoDuration;
import build.please.mettle.fitness.Connectivity;
import build.please.mettle.fitness.FitnessConfig;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** When a worker takes no work; the same flags for all that run actions. */
final class FitnessOptions {
  @Option(
      names = "--min_disk_space",
      paramLabel = "BYTES",
      converter = ByteSize.class,
      description =
          "Take no work while less is free on the disk that actions run on; 0 does not look "
              + "(default: 1G).")
  private long minDiskSpace = 1_000_000_000;

  @Option(
      names = "--memory_threshold",
      paramLabel = "PERCENT",
      converter = Percent.class,
      description =
          "Take no work while this much of the memory is in use, of the machine or of the "
              + "container; 100 does not look (default: 100).")
  private double memoryThreshold = 100;

  @Option(
      names = "--connectivity_check",
      paramLabel = "PAGE",
      converter = PageName.class,
      description =
          "Take no work while this page cannot be reached: gstatic or firefox (default: none).")
  private Connectivity.@Nullable Page connectivityCheck;

  @Option(
      names = "--connectivity_check_period",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description = "How often --connectivity_check asks for the page (default: 1h).")
  private Duration connectivityPeriod = Duration.ofHours(1);

  @Option(
      names = "--preflight_action",
      description = "Run a small action first, and give up if it fails.")
  private boolean preflightAction;

  WorkerSide.FirstAction firstAction() {
    return preflightAction ? WorkerSide.FirstAction.OURS : WorkerSide.FirstAction.A_CLIENTS;
  }

  FitnessConfig toConfig() {
    return new FitnessConfig(
        minDiskSpace,
        memoryThreshold,
        Optional.ofNullable(connectivityCheck)
            .map(page -> new Connectivity(page, connectivityPeriod)));
  }

  /** Numbers from 0 to 100. */
  static final class Percent implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      try {
        double percent = Double.parseDouble(text);
        if (percent >= 0 && percent <= 100) {
          return percent;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw new TypeConversionException("'" + text + "' is not a percentage from 0 to 100");
    }
  }

  /** Names of pages. */
  static final class PageName implements ITypeConverter<Connectivity.Page> {
    @Override
    public Connectivity.Page convert(String text) {
      for (Connectivity.Page page : Connectivity.Page.values()) {
        if (page.name().toLowerCase(Locale.ROOT).equals(text)) {
          return page;
        }
      }
      throw new TypeConversionException("'" + text + "' is neither gstatic nor firefox");
    }
  }
}
