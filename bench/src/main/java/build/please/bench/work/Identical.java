// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.ClosedLoop;
import build.please.bench.load.Operation;
import build.please.bench.load.Sample;
import build.please.bench.load.Script;
import build.please.bench.server.Session;
import build.please.bench.wire.Messages;
import build.please.common.cas.Digest;
import build.please.proto.execution.Command;
import build.please.proto.execution.Directory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** A thousand clients that want the same action at once. */
public final class Identical {
  private static final int CLIENTS = 1000;
  private static final int CONNECTIONS = 16;

  private Identical() {}

  /**
   * How it went.
   *
   * @param runs how often the command ran
   * @param last nanoseconds from its end to the last answer
   */
  public record Outcome(int runs, long last) {}

  /**
   * Runs it once.
   *
   * @param scratch where the command notes that it ran; it has to be on the same machine
   * @throws IOException if a client gets no result
   */
  public static Outcome run(Session session, Path scratch) throws IOException {
    Path runs = Files.createTempFile(scratch, "runs", "");
    Command.Builder command =
        Command.newBuilder()
            .addArguments("/bin/sh")
            .addArguments("-c")
            .addArguments("echo run >> " + runs + "; sleep 0.2");
    Blob root = Blob.of(Directory.getDefaultInstance());
    Task task = Task.of(command, Digest.EMPTY, System.nanoTime(), List.of(root));
    Store.fill(session.store(), task.blobs());
    long[] ended = {0};
    Operation one =
        Operation.looked(
            task.request(session),
            answer -> {
              try {
                ended[0] =
                    Staging.nanos(
                        Task.response(Messages.split(answer))
                            .getResult()
                            .getExecutionMetadata()
                            .getExecutionCompletedTimestamp());
                return Optional.empty();
              } catch (IOException e) {
                return Optional.of(String.valueOf(e.getMessage()));
              }
            });
    Sample sample =
        ClosedLoop.run(
            session.many(CONNECTIONS),
            CLIENTS,
            Script.once(Collections.nCopies(CLIENTS, one)),
            Duration.ofMinutes(1));
    Instant now = Instant.now();
    if (sample.errors() > 0) {
      throw new IOException(
          sample.errors() + " of " + CLIENTS + " got no result: " + sample.firstError().orElse(""));
    }
    List<String> lines = Files.readAllLines(runs);
    Files.delete(runs);
    long end = now.getEpochSecond() * 1_000_000_000 + now.getNano();
    return new Outcome(lines.size(), end - ended[0]);
  }
}
