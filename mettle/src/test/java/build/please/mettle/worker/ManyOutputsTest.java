// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.ForwardingBlobStore;
import build.please.mettle.conformance.Shows;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.Tree;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How outputs travel: one question, then batches and streams. */
@Timeout(120)
final class ManyOutputsTest {
  private static final int FILES = 3_000;

  @TempDir Path directory;
  private Rig rig;
  private Traffic traffic = new Traffic(new MapBlobStore());

  @BeforeEach
  void open() {
    rig = new Rig(directory);
    traffic = new Traffic(rig.blobs);
    rig.env("PATH", "/usr/bin:/bin").store(traffic);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  /** Counts what is asked and sent once the outputs are collected. */
  private static final class Traffic extends ForwardingBlobStore {
    private final Set<Digest> asked = ConcurrentHashMap.newKeySet();
    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicInteger batches = new AtomicInteger();
    private final AtomicInteger blobs = new AtomicInteger();
    private final AtomicLong largestBatch = new AtomicLong();

    Traffic(MapBlobStore store) {
      super(store);
    }

    @Override
    public Set<Digest> findMissing(Collection<Digest> digests) throws IOException {
      if (!digests.isEmpty()) {
        questions.incrementAndGet();
        asked.addAll(digests);
      }
      return delegate().findMissing(digests);
    }

    @Override
    public void writeAll(Map<Digest, ByteString> all) throws IOException {
      batches.incrementAndGet();
      blobs.addAndGet(all.size());
      long bytes = all.values().stream().mapToLong(ByteString::size).sum();
      largestBatch.accumulateAndGet(bytes, Math::max);
      delegate().writeAll(all);
    }
  }

  @Test
  @Shows("WRK-09 WRK-23")
  void manyFiles_areOneQuestionAndSmallBatches() throws IOException {
    rig.outputs("out");
    ExecuteResponse response =
        rig.shell("mkdir out; seq " + FILES + " | split -l 1 -a 5 - out/f").run();
    assertEquals(Code.OK, Rig.code(response));
    Tree tree =
        Tree.parseFrom(rig.bytes(response.getResult().getOutputDirectories(0).getTreeDigest()));
    assertEquals(FILES, tree.getRoot().getFilesCount());
    Set<Digest> files = new HashSet<>();
    for (var file : tree.getRoot().getFilesList()) {
      files.add(Digest.parse(file.getDigest()));
    }
    assertEquals(FILES, files.size());
    assertEquals(Set.of(), rig.blobs.findMissing(files), "all are stored");

    assertEquals(1, traffic.questions.get());
    assertTrue(traffic.asked.containsAll(files));
    assertTrue(traffic.batches.get() < 12, () -> traffic.batches + " batches");
    assertTrue(traffic.largestBatch.get() <= 4_000_000, () -> traffic.largestBatch + " bytes");
  }

  @Test
  void oneContentUnderManyNames_isSentOnce() {
    rig.outputs("a", "b", "d");
    ExecuteResponse response =
        rig.shell("echo same | tee a > b; mkdir d; cp a d/a; cp a d/b; cp a d/c; cat a").run();
    assertEquals(Code.OK, Rig.code(response));
    // The content, which is stdout too, the directory and the tree.
    assertEquals(3, traffic.blobs.get());
    assertEquals(1, traffic.questions.get());
  }

  @Test
  @Shows("WRK-09")
  void whatIsThere_isNotSent() {
    rig.outputs("a").shell("echo same > a");
    assertEquals(Code.OK, Rig.code(rig.run()));
    rig.cache.results.clear();
    traffic.blobs.set(0);
    assertEquals(Code.OK, Rig.code(rig.run()));
    assertEquals(0, traffic.blobs.get());
  }

  @Test
  void batches_areBoundedInBytes() {
    rig.outputs("out");
    ExecuteResponse response =
        rig.shell("mkdir out; head -c 30000000 /dev/urandom | split -b 300000 - out/f").run();
    assertEquals(Code.OK, Rig.code(response));
    assertTrue(traffic.largestBatch.get() <= 4_000_000, () -> traffic.largestBatch + " bytes");
    assertEquals(102, traffic.blobs.get());
  }

  /** Hashing is what it costs to find out that an output is stored already. */
  @Test
  void whatIsThere_isReadOnce() throws IOException {
    Path counters = Path.of("/proc/self/io");
    assumeTrue(Files.isReadable(counters), "nobody counts what this process reads");
    rig.outputs("a").shell("truncate -s 20000000 a");
    assertEquals(Code.OK, Rig.code(rig.run()));
    rig.cache.results.clear();
    long before = bytesRead(counters);
    assertEquals(Code.OK, Rig.code(rig.run()));
    long read = bytesRead(counters) - before;
    assertTrue(read >= 20_000_000 && read < 32_000_000, () -> read + " bytes");
  }

  private static long bytesRead(Path counters) throws IOException {
    return Files.readAllLines(counters).stream()
        .filter(line -> line.startsWith("rchar: "))
        .mapToLong(line -> Long.parseLong(line.substring(7)))
        .sum();
  }
}
