// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import io.grpc.ClientInterceptor;
import io.grpc.ServerInterceptor;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** Tells nobody. */
final class NoTraces implements Traces {
  private static final Task TASK =
      new Task() {
        @Override
        public void note(String name, String value) {}

        @Override
        public void step(String name, Instant from, Instant to) {}

        @Override
        public void fail(String why) {}

        @Override
        public void close() {}
      };

  @Override
  public List<ServerInterceptor> served() {
    return List.of();
  }

  @Override
  public List<ClientInterceptor> asked() {
    return List.of();
  }

  @Override
  public Executor carrying(Executor pool) {
    return pool;
  }

  @Override
  public Map<String, String> carried() {
    return Map.of();
  }

  @Override
  public Task begin(String name, Map<String, String> carried, Instant since) {
    return TASK;
  }

  @Override
  public void close() {}
}
