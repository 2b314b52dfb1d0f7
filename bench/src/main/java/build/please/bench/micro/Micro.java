// SPDX-License-Identifier: Apache-2.0
package build.please.bench.micro;

import java.io.IOException;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs all of this package, each in a JVM of its own, and prints what they take and allocate. */
public final class Micro {
  private static final int WARM_UPS = 3;
  private static final int TIMES = 5;

  private Micro() {}

  public static void run() throws IOException {
    try {
      new Runner(
              new OptionsBuilder()
                  .include(Micro.class.getPackageName() + "[.].*")
                  .forks(1)
                  .warmupIterations(WARM_UPS)
                  .warmupTime(TimeValue.seconds(1))
                  .measurementIterations(TIMES)
                  .measurementTime(TimeValue.seconds(1))
                  .addProfiler(GCProfiler.class)
                  .build())
          .run();
    } catch (RunnerException e) {
      throw new IOException("JMH did not run: " + e.getMessage(), e);
    }
  }
}
