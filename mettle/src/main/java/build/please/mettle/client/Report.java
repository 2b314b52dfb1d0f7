// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cas.BlobStore;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * Tells a person or a program what came of an action: prints what it printed, fetches its outputs,
 * says where it ran.
 *
 * <p>Both methods throw {@link IOException} if the command did not run to its end, after they
 * printed what there is, or if something cannot be fetched.
 */
final class Report {
  private final CommandOutput printed;
  private final OutputFetcher fetcher;
  private final Set<String> wanted;
  private final OutputStream out;
  private final PrintStream err;

  /**
   * @param wanted the paths of the outputs that the command should have made
   */
  Report(
      BlobStore blobs,
      OutputDirectory outputs,
      Set<String> wanted,
      OutputStream out,
      PrintStream err) {
    this.printed = new CommandOutput(blobs);
    this.fetcher = new OutputFetcher(blobs, outputs);
    this.wanted = wanted;
    this.out = out;
    this.err = err;
  }

  /** Passes stdout and stderr through, and says the rest on stderr. */
  void plain(Outcome outcome) throws IOException {
    copy(outcome, out, err);
    Set<String> fetched = fetcher.fetch(outcome.result());
    for (String path : missing(fetched)) {
      err.println("mettle: output " + path + " was not made");
    }
    if (!outcome.response().getMessage().isEmpty()) {
      err.println("mettle: " + outcome.response().getMessage());
    }
    if (!outcome.latencies().sorted().isEmpty()) {
      err.println("mettle: " + outcome.latencies());
    }
    if (outcome.response().getCachedResult()) {
      err.println("mettle: from the cache");
    } else {
      long millis = outcome.duration().toMillis();
      err.println("mettle: executed on " + outcome.worker() + " in " + millis + " ms");
    }
  }

  /** Prints an object with everything on stdout. */
  void json(Outcome outcome) throws IOException {
    ByteString.Output stdout = ByteString.newOutput();
    ByteString.Output stderr = ByteString.newOutput();
    copy(outcome, stdout, stderr);
    Set<String> fetched = fetcher.fetch(outcome.result());
    JsonObject object =
        new JsonObject()
            .put("action", outcome.action().toString())
            .put("exit_code", outcome.result().getExitCode())
            .put("cached", outcome.response().getCachedResult())
            .put("worker", outcome.result().getExecutionMetadata().getWorker())
            .put("message", outcome.response().getMessage())
            .put("execution_ms", outcome.duration())
            .put("round_trip_ms", outcome.roundTrip())
            .put("outputs", fetched)
            .put("missing_outputs", missing(fetched));
    if (!outcome.latencies().sorted().isEmpty()) {
      object.put("repeat", outcome.latencies().toJson());
    }
    put(object, "stdout", stdout.toByteString());
    put(object, "stderr", stderr.toByteString());
    out.write((object + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /** Also what a command printed that was stopped, as far as it is there. */
  private void copy(Outcome outcome, OutputStream stdout, OutputStream stderr) throws IOException {
    try {
      printed.copyStdout(outcome.result(), stdout);
      printed.copyStderr(outcome.result(), stderr);
    } catch (IOException e) {
      // Why it did not run is worth more than why its words are lost.
      outcome.requireRun();
      throw e;
    }
    outcome.requireRun();
  }

  private List<String> missing(Set<String> fetched) {
    return wanted.stream().filter(path -> !fetched.contains(path)).toList();
  }

  /** Text as it is, anything else in base64 under another name. */
  private static void put(JsonObject object, String name, ByteString bytes) {
    if (bytes.isValidUtf8()) {
      object.put(name, bytes.toStringUtf8());
    } else {
      object.put(name + "_base64", Base64.getEncoder().encodeToString(bytes.toByteArray()));
    }
  }
}
