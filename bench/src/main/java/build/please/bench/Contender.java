// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.report.Measured;
import build.please.bench.report.Series;
import build.please.bench.server.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Somebody who does a workload. */
interface Contender {
  String name();

  Series.Kind kind();

  /** Who has to be warm before it is measured; nobody for work without a server. */
  default Optional<Endpoint> server() {
    return Optional.empty();
  }

  /**
   * Gets ready, and does it once to see that it is done right.
   *
   * @throws IOException if it cannot do the workload, or answers something that is not right
   */
  void prepare() throws IOException;

  /** One round, for so long at most. */
  Measured round(int round, Duration limit) throws IOException;
}
