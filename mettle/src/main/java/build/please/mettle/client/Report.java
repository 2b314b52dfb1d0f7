// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cas.BlobStore;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
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
  private final Console console;

  /**
   * @param wanted the paths of the outputs that the command should have made
   * @param out gets what is for programs
   */
  Report(
      BlobStore blobs,
      OutputDirectory outputs,
      Set<String> wanted,
      OutputStream out,
      Console console) {
    this.printed = new CommandOutput(blobs);
    this.fetcher = new OutputFetcher(blobs, outputs);
    this.wanted = wanted;
    this.out = out;
    this.console = console;
  }

  /** Passes stdout and stderr through, and says the rest on stderr. */
  void plain(Outcome outcome) throws IOException {
    copy(
        outcome,
        outcome.printed(),
        console.stream(console::stdout),
        console.stream(console::stderr));
    console.progress(4, "fetching outputs");
    Set<String> fetched = fetcher.fetch(outcome.result());
    console.endOfStages();
    for (String path : missing(fetched)) {
      console.say("output " + path + " was not made");
    }
    if (!outcome.response().getMessage().isEmpty()) {
      console.say(outcome.response().getMessage());
    }
    if (!outcome.latencies().sorted().isEmpty()) {
      console.say(outcome.latencies().toString());
    }
    if (outcome.response().getCachedResult()) {
      console.say("from the cache");
    } else {
      long millis = outcome.duration().toMillis();
      Times times = outcome.times();
      console.say(
          "executed on "
              + outcome.worker()
              + " in "
              + millis
              + " ms"
              + (times.parts().size() > 1 ? " (" + times + ")" : ""));
    }
  }

  /** Prints an object with everything on stdout. */
  void json(Outcome outcome) throws IOException {
    ByteString.Output stdout = ByteString.newOutput();
    ByteString.Output stderr = ByteString.newOutput();
    copy(outcome, LiveOutput.Printed.NOTHING, stdout, stderr);
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
    if (!outcome.times().parts().isEmpty()) {
      object.put("times", outcome.times().toJson());
    }
    if (!outcome.latencies().sorted().isEmpty()) {
      object.put("repeat", outcome.latencies().toJson());
    }
    put(object, "stdout", stdout.toByteString());
    put(object, "stderr", stderr.toByteString());
    out.write((object + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /** Also what a command printed that was stopped, as far as it is there. */
  private void copy(
      Outcome outcome, LiveOutput.Printed before, OutputStream stdout, OutputStream stderr)
      throws IOException {
    try {
      printed.copyStdout(outcome.result(), before.stdout(), stdout);
      printed.copyStderr(outcome.result(), before.stderr(), stderr);
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
