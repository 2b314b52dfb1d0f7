// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.remote.RemoteCas;
import build.please.common.cas.remote.RemoteConfig;
import build.please.elan.bucket.Buckets;
import build.please.elan.store.BucketCas;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Kills a server exactly before its n-th system call of a kind, for each kind and each n up to a
 * bound, and looks at what is left (fault 1): {@code CrashMatrix JAR DIRECTORY SECONDS SCHEME}.
 * Needs strace. Prints what it tried, and exits 1 at the first thing that is wrong.
 */
final class CrashMatrix {
  private static final List<String> CALLS =
      List.of(
          "rename",
          "fsync",
          "write",
          "pwrite64",
          "fdatasync",
          "ftruncate",
          "chmod",
          "mkdir",
          "unlink",
          "openat");
  private static final int MOST = 8;
  private static final int BLOBS = 12;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path jar;
  private final Path directory;
  private final String scheme;
  private int killed;
  private int survived;

  private CrashMatrix(Path jar, Path directory, String scheme) {
    this.jar = jar;
    this.directory = directory;
    this.scheme = scheme;
  }

  public static void main(String[] arguments) throws Exception {
    CrashMatrix matrix =
        new CrashMatrix(Path.of(arguments[0]), Path.of(arguments[1]), arguments[3]);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[2]));
    int tried = 0;
    for (int n = 1; n <= MOST; n++) {
      for (String call : CALLS) {
        if (System.nanoTime() - end > 0) {
          break;
        }
        matrix.crash(call, n);
        tried++;
      }
    }
    System.out.printf(
        "crash points: tried=%d killed=%d not reached=%d%n", tried, matrix.killed, matrix.survived);
    if (matrix.killed < 10) {
      throw new IllegalStateException("hardly any crash point was reached");
    }
  }

  private void crash(String call, int when) throws Exception {
    String name = call + "-" + when;
    Path store = Files.createDirectory(directory.resolve(name));
    Path log = directory.resolve(name + ".log");
    List<Digest> acknowledged = new ArrayList<>();
    // Twice on the same store, since the second start finds what the first one left.
    for (int life = 0; life < 2; life++) {
      Process server = start(store, log, call, when);
      try (BufferedReader out = server.inputReader()) {
        String ready = out.readLine();
        if (ready != null && ready.startsWith("ready grpc://")) {
          write(ready.substring("ready grpc://".length()), life * 100L + when, acknowledged);
        }
      } finally {
        stop(server);
      }
    }
    verify(name, store, acknowledged);
    System.out.println(name + ": " + acknowledged.size() + " acknowledged, all there");
  }

  private Process start(Path store, Path log, String call, int when) throws IOException {
    return new ProcessBuilder(
            "strace",
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-e",
            "trace=" + call,
            "-e",
            "inject=" + call + ":signal=KILL:when=" + when,
            "-o",
            "/dev/null",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xmx256m",
            "-jar",
            jar.toString(),
            "--storage=" + url(store),
            "--host=127.0.0.1",
            "--port=0",
            // The calls of each thread are counted by themselves.
            "--rpc_threads=1",
            "--parallelism=1",
            "--admin_disabled")
        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  private String url(Path store) {
    return scheme + "://" + store + "?sync=group";
  }

  /** Until the server is gone, or it has taken all. */
  private static void write(String address, long seed, List<Digest> acknowledged) {
    ManagedChannel channel =
        Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build();
    RemoteConfig usual = RemoteConfig.of("");
    RemoteConfig once =
        new RemoteConfig(
            usual.instance(),
            usual.batchBytes(),
            usual.callTimeout(),
            usual.stallTimeout(),
            1,
            usual.firstPause());
    try (BlobStore blobs = RemoteCas.open(channel, once).blobs()) {
      Random random = new Random(seed);
      for (int i = 0; i < BLOBS; i++) {
        byte[] bytes = new byte[1 + random.nextInt(100_000)];
        random.nextBytes(bytes);
        Digest digest = Digest.of(bytes);
        try (BlobSink sink = blobs.write(digest, Encoding.IDENTITY)) {
          sink.write(bytes);
          sink.commit();
        }
        acknowledged.add(digest);
      }
    } catch (IOException serverIsGone) {
      // What was not acknowledged may be lost.
    } finally {
      channel.shutdownNow();
    }
  }

  private void stop(Process server) throws InterruptedException {
    // Strace itself takes no signals, but ends as its child does.
    server.descendants().forEach(ProcessHandle::destroy);
    if (!server.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      server.descendants().forEach(ProcessHandle::destroyForcibly);
      server.destroyForcibly();
      throw new IllegalStateException("the server did not end");
    }
    if (server.exitValue() == 137) {
      killed++;
    } else {
      survived++;
    }
  }

  private void verify(String name, Path store, List<Digest> acknowledged) throws Exception {
    try (Cas cas = BucketCas.of(Buckets.open(url(store), Clock.systemUTC()))) {
      String found = StoreClient.check(cas.blobs(), acknowledged);
      if (!found.equals("intact=" + acknowledged.size() + " missing=0 wrong=0 failed=0")) {
        throw new IllegalStateException(
            name + ": acknowledged " + acknowledged.size() + ", " + found);
      }
    }
    try (Stream<Path> files = Files.walk(store)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        verify(name, store.relativize(file), file);
      }
    }
  }

  private static void verify(String name, Path key, Path file) throws IOException {
    if (key.startsWith("cas") && !Digest.of(file).hash().equals(key.getFileName().toString())) {
      throw new IllegalStateException(name + ": " + key + " is not what its name says");
    }
    if (key.startsWith(".elan/tmp")) {
      throw new IllegalStateException(name + ": " + key + " was not swept");
    }
  }
}
