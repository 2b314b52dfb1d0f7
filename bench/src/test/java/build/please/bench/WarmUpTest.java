// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.bench.load.Sample;
import build.please.bench.machine.ProcessUsage;
import build.please.bench.report.Measured;
import build.please.bench.report.Series;
import build.please.bench.server.Endpoint;
import build.please.bench.work.Outline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

final class WarmUpTest {
  private static final Outline STORING = Outline.reading("read/1KiB", "B4", "reads", 4, 10, 0);
  private static final Outline EXECUTING = Outline.reading("execute/x", "B11", "runs", 4, 10, 0);
  private static final Duration LONG = Duration.ofMinutes(10);

  @Test
  void aServer_isWarmedForItsFirstWorkloadOfEachKind_whoeverTheContenderIs() throws IOException {
    WarmUp warmUp = new WarmUp(new Warming(LONG, 50, Duration.ZERO, Duration.ZERO));
    Fake floor = new Fake(1, round -> 100);
    warmUp.run(STORING, floor);
    assertEquals(5, floor.rounds);
    Fake sameServer = new Fake(1, round -> 100);
    warmUp.run(STORING, sameServer);
    assertEquals(0, sameServer.rounds);
    warmUp.run(EXECUTING, sameServer);
    assertEquals(5, sameServer.rounds);
    Fake other = new Fake(2, round -> 100);
    warmUp.run(STORING, other);
    assertEquals(5, other.rounds);
  }

  @Test
  void aContender_goesOnWhileItsCostFalls_andStopsWhenItDoesNot() throws IOException {
    WarmUp warmUp = new WarmUp(new Warming(Duration.ZERO, 0, Duration.ZERO, LONG));
    Fake falling = new Fake(1, round -> Math.max(100, 1000 - 100 * round));
    warmUp.run(STORING, falling);
    assertTrue(falling.rounds >= 10, falling.rounds + " rounds");
    assertTrue(falling.rounds < 20, falling.rounds + " rounds");
  }

  @Test
  void aCallThatFails_isThrown() {
    WarmUp warmUp = new WarmUp(new Warming(Duration.ZERO, 0, Duration.ZERO, LONG));
    Fake failing = new Fake(1, round -> 100);
    failing.errors = 1;
    assertThrows(IOException.class, () -> warmUp.run(STORING, failing));
  }

  /** No server: says what each round cost. */
  private static final class Fake implements Contender {
    private final int port;
    private final LongUnaryOperator cost;
    private int errors;
    private int rounds;

    Fake(int port, LongUnaryOperator cost) {
      this.port = port;
      this.cost = cost;
    }

    @Override
    public String name() {
      return "fake";
    }

    @Override
    public Series.Kind kind() {
      return Series.Kind.FLOOR;
    }

    @Override
    public Optional<Endpoint> server() {
      return Optional.of(
          new Endpoint(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), port), Set.of(), ""));
    }

    @Override
    public void prepare() {}

    @Override
    public Measured round(int round, Duration limit) {
      assertTrue(round < 0, "a round that is measured");
      rounds++;
      return new Measured(
          new Sample(1000, new long[10], errors, Optional.empty()),
          Optional.of(new ProcessUsage(10 * cost.applyAsLong(rounds), 0)),
          0,
          OptionalLong.empty());
    }
  }
}
