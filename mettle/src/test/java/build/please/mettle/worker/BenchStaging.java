// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.rpc.FanOut;
import build.please.elan.bucket.FileBucket;
import build.please.elan.store.BucketCas;
import build.please.mettle.meter.MettleMeters;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long it takes to stage 10 000 files of 4 KiB in 500 directories, three in ten of them
 * programs: with nothing in the cache, with everything, and with all but one in a hundred; against
 * a loop that makes the same directories and links and nothing else. Each round does all of them,
 * so that what disturbs the machine disturbs all. Run by {@code bin/bench-staging}; asserts
 * nothing.
 */
final class BenchStaging {
  private static final int FILES = 10_000;
  private static final int DIRECTORIES = 500;
  private static final int BYTES = 4096;
  private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);

  /** Times by what was done, one for each round. */
  private final Map<String, List<Double>> times = new LinkedHashMap<>();

  private final Random random = new Random(1);
  private final List<ByteString> shared = new ArrayList<>();

  @TempDir Path directory;
  private int numbered;

  @Test
  void run() throws IOException {
    for (int i = 0; i < FILES; i++) {
      shared.add(bytes());
    }
    Raw raw = new Raw(directory);
    ExecutorService pool = Executors.newFixedThreadPool(16);
    Path store = Files.createDirectory(directory.resolve("store"));
    try (Cas cas = BucketCas.of(FileBucket.open(store))) {
      for (int round = -2; round < ROUNDS; round++) {
        boolean counts = round >= 0;
        note(counts, "raw", raw.run(next()));
        stage(counts, "from a remote store", new MapBlobStore(), pool);
        stage(counts, "from a store on the same disk", cas.blobs(), pool);
      }
    } finally {
      pool.shutdown();
    }
    print();
  }

  private ByteString bytes() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private Path next() {
    return directory.resolve("root" + numbered++);
  }

  private void stage(boolean counts, String from, BlobStore store, ExecutorService pool)
      throws IOException {
    Digest root = store(store, shared);
    List<ByteString> nearly = new ArrayList<>(shared);
    for (int i = 0; i < FILES; i += 100) {
      nearly.set(i, bytes());
    }
    Path cacheDirectory = next();
    try (FileCache cache = FileCache.open(cacheDirectory, 1L << 40)) {
      Machine machine = machine(cache);
      InputRoot inputs =
          new InputRoot(
              store,
              new FanOut(pool),
              new FileNames(Rig.FILE_NAMES),
              machine,
              InputConfig.standard(cacheDirectory));
      note(counts, "cold, " + from, stage(inputs, root, counts, from));
      note(counts, "warm, " + from, stage(inputs, root, counts, from));
      note(counts, "99 % shared, " + from, stage(inputs, store(store, nearly), counts, from));
      machine.close(java.time.Duration.ofSeconds(30));
    }
    TreeRemoval.remove(cacheDirectory);
  }

  private Machine machine(FileCache cache) throws IOException {
    Timer timer = new Timer();
    Kernel kernel = Kernels.choose(Rig.FILE_NAMES);
    return new Machine(
        kernel,
        timer,
        Workspace.open(next(), new StrayProcesses(kernel, timer)),
        cache,
        Confinement.Source.NONE,
        MettleMeters.unseen().worker());
  }

  private double stage(InputRoot inputs, Digest root, boolean counts, String from)
      throws IOException {
    Path path = next();
    try (StagedInputs staged = inputs.begin(path)) {
      long start = System.nanoTime();
      inputs.create(root, staged, Set.of());
      long end = System.nanoTime();
      staged.check();
      note(counts, "the look after the run, " + from, (double) (System.nanoTime() - end));
      return (double) (end - start);
    } finally {
      TreeRemoval.remove(path);
    }
  }

  private static Digest store(BlobStore store, List<ByteString> contents) throws IOException {
    Map<Digest, ByteString> blobs = new LinkedHashMap<>();
    Directory.Builder root = Directory.newBuilder();
    int each = FILES / DIRECTORIES;
    for (int d = 0; d < DIRECTORIES; d++) {
      Directory.Builder child = Directory.newBuilder();
      for (int f = 0; f < each; f++) {
        ByteString content = contents.get(d * each + f);
        Digest digest = Digest.of(content);
        blobs.put(digest, content);
        child.addFiles(
            FileNode.newBuilder()
                .setName("file" + f)
                .setDigest(digest.toProto())
                .setIsExecutable(f % 10 < 3));
      }
      ByteString bytes = child.build().toByteString();
      blobs.put(Digest.of(bytes), bytes);
      root.addDirectories(
          DirectoryNode.newBuilder().setName("dir" + d).setDigest(Digest.of(bytes).toProto()));
    }
    ByteString bytes = root.build().toByteString();
    blobs.put(Digest.of(bytes), bytes);
    blobs.keySet().retainAll(store.findMissing(blobs.keySet()));
    if (store instanceof MapBlobStore memory) {
      memory.blobs.putAll(blobs);
    } else {
      store.writeAll(blobs);
    }
    return Digest.of(bytes);
  }

  private void note(boolean counts, String what, double nanos) {
    if (counts) {
      times.computeIfAbsent(what, name -> new ArrayList<>()).add(nanos / 1e6);
    }
  }

  private void print() {
    List<Double> raw = times.getOrDefault("raw", List.of());
    System.out.printf(
        "%n%d files of %d bytes in %d directories, %d rounds, medians%n",
        FILES, BYTES, DIRECTORIES, ROUNDS);
    times.forEach(
        (what, all) -> {
          double[] ratios = new double[all.size()];
          for (int i = 0; i < ratios.length; i++) {
            ratios[i] = all.get(i) / raw.get(i * raw.size() / all.size());
          }
          System.out.printf(
              "%9.1f ms  %5.2f x raw  %s%n",
              median(all.stream().mapToDouble(Double::doubleValue).toArray()),
              median(ratios),
              what);
        });
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** Directories and links, made one after the other from files and names that are ready. */
  private static final class Raw {
    private final List<Path> sources = new ArrayList<>();

    Raw(Path directory) throws IOException {
      Path all = Files.createDirectory(directory.resolve("raw"));
      for (int i = 0; i < FILES; i++) {
        Path part = all.resolve(Integer.toString(i % 256));
        if (i < 256) {
          Files.createDirectory(part);
        }
        sources.add(Files.write(part.resolve(Integer.toString(i)), new byte[BYTES]));
      }
    }

    double run(Path root) throws IOException {
      List<Path> directories = new ArrayList<>();
      List<Path> targets = new ArrayList<>();
      for (int d = 0; d < DIRECTORIES; d++) {
        Path child = root.resolve("dir" + d);
        directories.add(child);
        for (int f = 0; f < FILES / DIRECTORIES; f++) {
          targets.add(child.resolve("file" + f));
        }
      }
      long start = System.nanoTime();
      Files.createDirectory(root);
      for (Path child : directories) {
        Files.createDirectory(child);
      }
      for (int i = 0; i < FILES; i++) {
        Files.createLink(targets.get(i), sources.get(i));
      }
      long nanos = System.nanoTime() - start;
      TreeRemoval.remove(root);
      return (double) nanos;
    }
  }
}
