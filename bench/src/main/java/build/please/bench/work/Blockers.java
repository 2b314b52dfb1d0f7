// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Abandoned;
import build.please.bench.load.Operation;
import build.please.bench.load.Script;
import build.please.bench.server.Session;
import build.please.common.cas.Digest;
import build.please.proto.execution.Command;
import build.please.proto.execution.Directory;
import com.google.protobuf.Duration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Actions that keep workers from all others until they are let go. */
public final class Blockers implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.newBuilder().setSeconds(3600).build();
  private static final int SECONDS = 60;
  private static final long PAUSE_MILLIS = 50;

  private final Path held;

  private Blockers(Path held) {
    this.held = held;
  }

  /**
   * Blocks so many workers, and waits until they are.
   *
   * @param scratch where the commands look whether they are let go; on the same machine
   * @throws IOException if they do not run
   */
  public static Blockers begin(Session session, Path scratch, int workers) throws IOException {
    Path held = Files.createTempFile(scratch, "held", "");
    Path runs = Files.createTempFile(scratch, "runs", "");
    String script = "echo run >> " + runs + "; while [ -e " + held + " ]; do sleep 1; done";
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      Command.Builder command =
          Command.newBuilder().addArguments("/bin/sh").addArguments("-c").addArguments(script);
      Blob root = Blob.of(Directory.getDefaultInstance());
      Task task = Task.of(command, Digest.EMPTY, i, List.of(root), TIMEOUT);
      Store.fill(session.store(), task.blobs());
      operations.add(task.operation(session));
    }
    Abandoned.run(session.connections(), workers, Script.once(operations));
    Blockers blockers = new Blockers(held);
    try {
      await(runs, workers);
    } catch (IOException e) {
      blockers.close();
      throw e;
    }
    return blockers;
  }

  private static void await(Path runs, int count) throws IOException {
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    while (Files.readAllLines(runs).size() < count) {
      if (System.nanoTime() > end) {
        throw new IOException("the workers did not begin what is to keep them busy");
      }
      try {
        // The commands write a line each, of which nobody tells.
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  /** Lets them go. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(held);
  }
}
