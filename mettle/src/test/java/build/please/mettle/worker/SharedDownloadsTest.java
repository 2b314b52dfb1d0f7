// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.ForwardingBlobStore;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.ExecuteResponse;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several actions want one blob at a time (fault 41). */
@Timeout(60)
final class SharedDownloadsTest {
  private static final int ACTIONS = 4;
  private static final Digest BLOB = Digest.of(ByteString.copyFromUtf8("wanted by all"));

  @TempDir Path directory;

  /** Answers no read of the blob before all actions have asked for it. */
  private static final class Store extends ForwardingBlobStore {
    private final CountDownLatch asked = new CountDownLatch(ACTIONS);
    private final AtomicInteger reads = new AtomicInteger();
    private final int failures;

    Store(MapBlobStore blobs, int failures) {
      super(blobs);
      this.failures = failures;
    }

    @Override
    public Set<Digest> findMissing(Collection<Digest> digests) throws IOException {
      if (digests.contains(BLOB)) {
        asked.countDown();
      }
      return super.findMissing(digests);
    }

    @Override
    public Map<Digest, ByteString> readAll(Collection<Digest> digests) throws IOException {
      if (digests.contains(BLOB)) {
        int read = reads.incrementAndGet();
        try {
          asked.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        if (read <= failures) {
          throw new IOException("the network is down");
        }
      }
      return super.readAll(digests);
    }
  }

  private List<Code> runAll(Rig rig, Store store) throws IOException {
    rig.inputs.file("a", "wanted by all").script("b", "wanted by all");
    rig.action.setDoNotCache(true);
    ExecuteMessage message = rig.shell("cat a").message();
    ExecutorService slots = Executors.newFixedThreadPool(ACTIONS);
    try (Workshop workshop =
        Workshop.open(
            rig.config(),
            new Cas(store, rig.cache),
            MettleMeters.unseen().worker(),
            Clock.systemUTC())) {
      List<CompletableFuture<ExecuteResponse>> all =
          Stream.generate(
                  () ->
                      CompletableFuture.supplyAsync(
                          () -> workshop.run(message, soFar -> {}, new Stop()), slots))
              .limit(ACTIONS)
              .toList();
      return all.stream().map(CompletableFuture::join).map(Rig::code).sorted().toList();
    } finally {
      slots.shutdown();
    }
  }

  @Test
  void blob_isReadOnceForAll() throws IOException {
    try (Rig rig = new Rig(directory)) {
      Store store = new Store(rig.blobs, 0);
      assertEquals(List.of(Code.OK, Code.OK, Code.OK, Code.OK), runAll(rig, store));
      assertEquals(1, store.reads.get());
    }
  }

  @Test
  void failedDownload_failsWhoBegan_andTheOthersTryThemselves() throws IOException {
    try (Rig rig = new Rig(directory)) {
      Store store = new Store(rig.blobs, 1);
      assertEquals(List.of(Code.OK, Code.OK, Code.OK, Code.UNAVAILABLE), runAll(rig, store));
      assertEquals(2, store.reads.get());
    }
  }
}
