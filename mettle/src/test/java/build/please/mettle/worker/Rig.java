// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.rpc.FanOut;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.Action;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Command;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.OutputFile;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A worker's runner as it is in production, on a store in memory and a directory of the test's. */
final class Rig implements AutoCloseable {
  /** How names are written here, which the tests take as it is. */
  static final Charset FILE_NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

  final MapBlobStore blobs = new MapBlobStore();
  final MapActionCache cache = new MapActionCache();
  final InputTree inputs = new InputTree();
  final Path directory;
  final Command.Builder command = Command.newBuilder();
  final Action.Builder action = Action.newBuilder();
  final ExecuteRequest.Builder request = ExecuteRequest.newBuilder();
  final Stop stop = new Stop();

  private final ExecutorService pool = Executors.newFixedThreadPool(4);
  private final Timer timer = new Timer();
  private final RigConfig config;
  private @Nullable FileCache files;
  private ActionRunner.Progress progress = soFar -> {};
  private Confinement.Source confinements = Confinement.Source.NONE;
  private Kernel kernel = Kernels.choose(FILE_NAMES);
  private BlobStore store = blobs;
  private @Nullable Workspace workspace;

  Rig(Path directory) {
    this.directory = directory;
    config = new RigConfig(directory, temporary());
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("mettle-cache");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  Rig killGrace(Duration grace) {
    config.killGrace = grace;
    return this;
  }

  Rig logLimit(long bytes) {
    config.logLimitBytes = bytes;
    return this;
  }

  Rig host(WorkerConfig.Host host) {
    config.host = host;
    return this;
  }

  Rig inputs(InputConfig inputs) {
    config.inputs = inputs;
    return this;
  }

  WorkerConfig config() {
    return config.whole();
  }

  Rig costs(Costs costs) {
    config.costs = costs;
    return this;
  }

  Rig sandboxes(SandboxConfig sandboxes) {
    config.sandboxes = sandboxes;
    return this;
  }

  Rig packs(OutputPacks packs) {
    config.packs = packs;
    return this;
  }

  /** Whether the sandboxes work here. */
  void probe() throws IOException {
    SandboxProbe.check(config(), machine());
  }

  private Machine machine() {
    return new Machine(
        kernel, timer, workspace(), files(), confinements, MettleMeters.unseen().worker());
  }

  Rig limits(ActionLimits limits) {
    config.limits = limits;
    return this;
  }

  Rig confinements(Confinement.Source confinements) {
    this.confinements = confinements;
    return this;
  }

  Rig kernel(Kernel kernel) {
    this.kernel = kernel;
    return this;
  }

  Rig store(BlobStore store) {
    this.store = store;
    return this;
  }

  Rig progress(ActionRunner.Progress progress) {
    this.progress = progress;
    return this;
  }

  Rig shell(String script) {
    return arguments("/bin/sh", "-c", script);
  }

  Rig arguments(String... arguments) {
    command.clearArguments().addAllArguments(List.of(arguments));
    return this;
  }

  Rig env(String name, String value) {
    command.addEnvironmentVariablesBuilder().setName(name).setValue(value);
    return this;
  }

  Rig outputs(String... paths) {
    command.addAllOutputPaths(List.of(paths));
    return this;
  }

  Rig timeout(Duration timeout) {
    action.setTimeout(
        com.google.protobuf.Duration.newBuilder()
            .setSeconds(timeout.getSeconds())
            .setNanos(timeout.getNano()));
    return this;
  }

  /** Stores the action as it is now, unless parts of it were set by hand. */
  Digest actionDigest() {
    Action.Builder whole = action.clone();
    if (!whole.hasCommandDigest()) {
      whole.setCommandDigest(blobs.put(command.build()).toProto());
    }
    if (!whole.hasInputRootDigest()) {
      whole.setInputRootDigest(inputs.store(blobs).toProto());
    }
    return blobs.put(whole.build());
  }

  ExecuteMessage message() {
    return new ExecuteMessage(
        request.clone().setActionDigest(actionDigest().toProto()).build(), Instant.EPOCH, "");
  }

  ExecuteResponse run() {
    return run(message());
  }

  ExecuteResponse run(ExecuteMessage message) {
    ActionReader reader = new ActionReader(store);
    ActionRunner local =
        new LocalActionRunner(
            store, reader, new FanOut(pool), machine(), config(), Clock.systemUTC());
    return new FailSafeActionRunner(
            new CachingActionRunner(local, reader, cache), config().name(), Clock.systemUTC())
        .run(message, progress, stop);
  }

  private synchronized Workspace workspace() {
    try {
      if (workspace == null) {
        workspace = Workspace.open(directory, new StrayProcesses(kernel, timer));
      }
      return workspace;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The cache, which outlives runs. */
  synchronized FileCache files() {
    if (files == null) {
      try {
        files = FileCache.open(config.inputs.cacheDirectory(), config.inputs.cacheMaxBytes());
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    return files;
  }

  /** As after a restart of the worker. */
  synchronized void reopenFiles() {
    files().close();
    files = null;
  }

  Timer timer() {
    return timer;
  }

  String content(build.please.proto.execution.Digest digest) {
    return bytes(digest).toStringUtf8();
  }

  ByteString bytes(build.please.proto.execution.Digest digest) {
    if (digest.getSizeBytes() == 0) {
      return ByteString.EMPTY;
    }
    ByteString bytes = blobs.blobs.get(new Digest(digest.getHash(), digest.getSizeBytes()));
    if (bytes == null) {
      throw new AssertionError("not stored: " + digest);
    }
    return bytes;
  }

  String stdout(ExecuteResponse response) {
    return response.getResult().hasStdoutDigest()
        ? content(response.getResult().getStdoutDigest())
        : "";
  }

  String stderr(ExecuteResponse response) {
    return response.getResult().hasStderrDigest()
        ? content(response.getResult().getStderrDigest())
        : "";
  }

  String output(ExecuteResponse response, String path) {
    return content(outputFile(response, path).getDigest());
  }

  static OutputFile outputFile(ExecuteResponse response, String path) {
    return response.getResult().getOutputFilesList().stream()
        .filter(file -> file.getPath().equals(path))
        .findFirst()
        .orElseThrow(() -> new AssertionError(path + " is not in " + response));
  }

  static Code code(ExecuteResponse response) {
    Code code = Code.forNumber(response.getStatus().getCode());
    if (code == null) {
      throw new AssertionError(response);
    }
    return code;
  }

  static List<String> paths(ActionResult result) {
    return result.getOutputFilesList().stream().map(OutputFile::getPath).toList();
  }

  /** What actions left behind where they ran, for ever. */
  synchronized List<Path> leftovers() throws IOException {
    if (workspace != null) {
      workspace.close(Duration.ofSeconds(30));
      workspace = null;
    }
    try (Stream<Path> entries = Files.list(directory)) {
      // A worker that was not told where keeps its cache here.
      return entries.filter(entry -> !entry.endsWith("cache")).toList();
    }
  }

  @Override
  public synchronized void close() {
    if (workspace != null) {
      workspace.close(Duration.ofSeconds(30));
    }
    timer.close();
    pool.shutdown();
    if (files != null) {
      files.close();
    }
    try {
      TreeRemoval.remove(config.inputs.cacheDirectory());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
