// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.meter;

import build.please.metrics.Metrics;

/** All groups of meters of an execution server. */
public record MettleMeters(ApiMeters api, WorkerMeters worker) {

  /**
   * On the page of a server. To be made once for each {@code metrics}.
   *
   * @param worker the worker's name
   * @param version of the worker, as its operator calls it
   */
  public static MettleMeters in(Metrics metrics, String worker, String version) {
    return new MettleMeters(new ApiMeters(metrics), new WorkerMeters(metrics, worker, version));
  }

  /** As {@link #in}, of an API server alone. */
  public static ApiMeters ofApi(Metrics metrics) {
    return new ApiMeters(metrics);
  }

  /** As {@link #in}, of a worker alone. */
  public static WorkerMeters ofWorker(Metrics metrics, String worker, String version) {
    return new WorkerMeters(metrics, worker, version);
  }

  /** Counted for nobody to see. */
  public static MettleMeters unseen() {
    return in(Metrics.withoutHttp(), "", "");
  }
}
