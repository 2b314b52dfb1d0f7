// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.OneLine;
import build.please.creds.CredentialFiles;
import build.please.elan.store.Census;
import build.please.elan.store.Census.Age;
import build.please.elan.store.Census.Amount;
import build.please.elan.store.Collector.Plan;
import build.please.proto.elan.CollectRequest;
import build.please.proto.elan.CollectUpdate;
import build.please.proto.elan.CollectedAge;
import build.please.proto.elan.CollectedAmount;
import build.please.proto.elan.CollectorGrpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Clock;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A collection that the server of the store does. */
final class RemoteCollection {
  private RemoteCollection() {}

  /**
   * Blocks until it is over.
   *
   * @throws build.please.common.cli.UsageException if the address, the authority or the token
   *     cannot be used
   * @throws IOException if the server refuses or breaks off; the message is its own
   */
  static Census run(String server, GcServerOptions access, Plan plan, Consumer<String> progress)
      throws IOException {
    try (CredentialFiles files = CredentialFiles.unwatched(Clock.systemUTC())) {
      return run(server, access.dial(server, files), plan, progress);
    }
  }

  private static Census run(
      String server, ManagedChannel channel, Plan plan, Consumer<String> progress)
      throws IOException {
    try {
      Iterator<CollectUpdate> updates =
          CollectorGrpc.newBlockingStub(channel)
              .collect(
                  CollectRequest.newBuilder()
                      .setMinAgeSeconds(plan.minAge().toSeconds())
                      .setDryRun(plan.dryRun())
                      .build());
      CollectUpdate last = CollectUpdate.getDefaultInstance();
      while (updates.hasNext()) {
        last = updates.next();
        if (!last.getProgress().isEmpty()) {
          progress.accept(last.getProgress());
        }
      }
      return census(last);
    } catch (StatusRuntimeException e) {
      throw new IOException(server + ": " + OneLine.of(e), e);
    } finally {
      channel.shutdownNow();
    }
  }

  private static Census census(CollectUpdate last) throws IOException {
    List<Census.Row> rows =
        Stream.of(Age.values())
            .flatMap(
                age ->
                    last.getAgesList().stream()
                        .filter(one -> is(one, age))
                        .map(one -> row(age, one)))
            .toList();
    if (rows.size() < Age.values().length) {
      throw new IOException("the server ended without a summary");
    }
    return new Census(rows);
  }

  private static boolean is(CollectedAge one, Age age) {
    return one.getLabel().equals(age.label());
  }

  private static Census.Row row(Age age, CollectedAge one) {
    return new Census.Row(age, amount(one.getFound()), amount(one.getSwept()));
  }

  private static Amount amount(CollectedAmount amount) {
    return new Amount(amount.getResults(), amount.getBlobs(), amount.getBytes());
  }
}
