// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import io.grpc.ClientInterceptor;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Tells a collector which calls and actions there were and what they led to elsewhere. Safe for
 * concurrent use.
 *
 * <p>Nothing here fails or waits because of the collector: what it does not take in time is
 * dropped.
 */
public interface Traces extends AutoCloseable {
  /** Tells nobody. Costs nothing: no class of OpenTelemetry is loaded. */
  Traces OFF = new NoTraces();

  /**
   * Goes by the standard variables ({@code OTEL_EXPORTER_OTLP_ENDPOINT} and so on). Is {@link #OFF}
   * unless they name an exporter or an endpoint.
   *
   * @param environment of this process
   * @param service what this process is called, if the variables do not say
   * @param version of the program
   * @throws IOException if a variable cannot be used; the message names it on one line
   */
  static Traces open(Map<String, String> environment, String service, String version)
      throws IOException {
    return Standing.of(environment) == Standing.ON
        ? OtelTraces.open(environment, service, version)
        : OFF;
  }

  /**
   * For a server, outside of all others whose log lines are to carry the trace. Each call has a
   * span, below the one that its headers name if any; health checks have none.
   */
  List<ServerInterceptor> served();

  /** For channels. A call that serves a call or task of ours has a span, which the headers name. */
  List<ClientInterceptor> asked();

  /** The pool, whose tasks belong to whatever the one who hands them in is doing. */
  Executor carrying(Executor pool);

  /** What names to another process what this thread is doing; empty if that is nothing. */
  Map<String, String> carried();

  /**
   * Begins a task on this thread, to be closed on it.
   *
   * @param carried {@link #carried} of whoever asked for it; anything else in it is ignored
   * @param since when it was asked for; now, if that is the epoch or yet to come by our clock
   */
  Task begin(String name, Map<String, String> carried, Instant since);

  /** Sends what is left; blocks for some seconds at most. */
  @Override
  void close();
}
