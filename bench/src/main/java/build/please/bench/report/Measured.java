// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import build.please.bench.load.Sample;
import build.please.bench.machine.ProcessUsage;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One round of one contender.
 *
 * @param server time that its processes used meanwhile, if they are known
 * @param client time that this process used meanwhile
 * @param allocated bytes that its JVM allocated meanwhile, if it tells
 */
public record Measured(
    Sample sample, Optional<ProcessUsage> server, long client, OptionalLong allocated) {

  /** Time of the server for each call that went well, in nanoseconds; NaN if unknown. */
  public double serverPerOperation() {
    return server.map(usage -> (double) usage.total() / sample.operations()).orElse(Double.NaN);
  }

  /** The same of this process. */
  public double clientPerOperation() {
    return (double) client / sample.operations();
  }

  public double allocatedPerOperation() {
    return allocated.isPresent()
        ? (double) allocated.getAsLong() / sample.operations()
        : Double.NaN;
  }
}
