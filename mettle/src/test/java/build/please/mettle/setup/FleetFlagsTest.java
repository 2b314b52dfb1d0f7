// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.mettle.pool.Pools;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FleetFlagsTest {
  @Test
  void everyKindOfServer_hasALine() {
    SetupConfig config =
        new SetupConfig(
            new SetupConfig.Topics(
                "projects/p/topics/q",
                Optional.of("projects/p/topics/b"),
                "projects/p/topics/r",
                "projects/p/topics/d"),
            new SetupConfig.Responses(3, "-%d"),
            new SetupConfig.Rules(Duration.ofMinutes(1), 100, Duration.ofDays(7)),
            Pools.parse(List.of("fast:os=linux")),
            new SetupConfig.Accounts(Optional.empty(), List.of(), List.of()));
    String answers =
        " --response_queue=gcppubsub://projects/p/topics/r"
            + " --dead_letter_queue=gcppubsub://projects/p/topics/d";
    assertEquals(
        List.of(
            "for API servers, each with a suffix of its own:"
                + " --request_queue=gcppubsub://projects/p/topics/q"
                + " --batch_queue=gcppubsub://projects/p/topics/b"
                + " --pre_response_queue=gcppubsub://projects/p/topics/r"
                + " --response_queue=gcppubsub://projects/p/subscriptions/r"
                + " --response_queue_suffix=-0"
                + " --dead_letter_subscription=gcppubsub://projects/p/subscriptions/d"
                + " --pool=fast:os=linux",
            "for workers of pool fast:"
                + " --request_queue=gcppubsub://projects/p/subscriptions/q-fast"
                + " --batch_queue=gcppubsub://projects/p/subscriptions/b-fast"
                + answers),
        FleetFlags.of(config, Planner.plan(config)));
  }
}
