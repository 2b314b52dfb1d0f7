// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.elan.faultyfs.Faults;
import build.please.elan.faultyfs.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What survives a power cut is what was forced before (fault 7, fault 12). */
final class DurableFileBucketTest extends BucketContract {
  private static final String KEY = "cas/ab/abcd";

  @TempDir Path directory;
  private final Faults faults = new Faults();
  private final List<String> forced = new CopyOnWriteArrayList<>();
  private FileBucket bucket;

  @BeforeEach
  void open() throws IOException {
    bucket =
        FileBucket.open(
            faults.faulty(directory), FileBucketConfig.of(Sync.GROUP, Clock.systemUTC()));
    faults.watch(
        (operation, path) -> {
          if (operation == Operation.FORCE || operation == Operation.MOVE) {
            String name = directory.toRealPath().relativize(path).toString();
            forced.add(operation + " " + name.replaceFirst("\\.elan/tmp/.*", "temporary"));
          }
        });
  }

  @AfterEach
  void close() throws IOException {
    faults.recover();
    bucket.close();
  }

  @Override
  Bucket bucket() {
    return bucket;
  }

  private CompletableFuture<Void> storing(String key, String content) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            store(key, content);
          } catch (IOException e) {
            throw new CompletionException(e);
          }
        },
        task -> new Thread(task, "writer").start());
  }

  private List<Path> staged() throws IOException {
    try (var files = Files.walk(directory.resolve(".elan/tmp"))) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.toString().endsWith(".lock"))
          .toList();
    }
  }

  @Test
  void commit_forcesTheBytesThenEachNewNameThenItsOwn() throws IOException {
    store(KEY, "first");
    assertEquals(
        List.of("FORCE temporary", "FORCE ", "FORCE cas", "MOVE cas/ab/abcd", "FORCE cas/ab"),
        forced);

    forced.clear();
    store("cas/ab/abce", "second");
    assertEquals(List.of("FORCE temporary", "MOVE cas/ab/abce", "FORCE cas/ab"), forced);
  }

  @Test
  void commit_bytesCannotBeForced_nothingIsVisible() throws IOException {
    faults.fail(Operation.FORCE, path -> path.toString().contains("tmp"), Faults.IO_ERROR);

    IOException e = assertThrows(IOException.class, () -> store(KEY, "x"));

    assertTrue(e.toString().contains(Faults.IO_ERROR), e.toString());
    assertAbsent(KEY);
    assertEquals(List.of(), staged());
    faults.recover();
    store(KEY, "x");
    assertEquals("x", load(KEY, 0));
  }

  @Test
  void commit_nameCannotBeForced_nothingIsVisible() throws IOException {
    faults.fail(Operation.FORCE, path -> path.endsWith("cas/ab"), Faults.IO_ERROR);

    assertThrows(IOException.class, () -> store(KEY, "x"));

    assertAbsent(KEY);
    assertFalse(Files.exists(directory.resolve(KEY)));
    assertEquals(List.of(), staged());
  }

  @Test
  void commit_nameCannotBeForcedAgain_whatWasAcknowledgedStays() throws IOException {
    store(KEY, "x");
    faults.fail(Operation.FORCE, path -> path.endsWith("cas/ab"), Faults.IO_ERROR);

    assertThrows(IOException.class, () -> store(KEY, "x"));

    assertEquals("x", load(KEY, 0));
  }

  @Test
  void commit_newDirectoryCannotBeForced_isTriedAgain() throws IOException {
    faults.failNth(Operation.FORCE, 2, Faults.IO_ERROR);
    assertThrows(IOException.class, () -> store(KEY, "x"));
    assertAbsent(KEY);

    forced.clear();
    store(KEY, "x");

    assertTrue(forced.contains("FORCE "), forced.toString());
  }

  private void assertAbsent(String key) throws IOException {
    assertEquals(Map.of(), bucket.sizes(List.of(key)));
    assertThrows(NoSuchFileException.class, () -> bucket.read(key, 0).close());
    assertTrue(bucket.file(key).isEmpty());
  }

  /** An early answer to another uploader is a promise, too. */
  @Test
  void whoAsksMeanwhile_isToldOnlyWhenItIsOnDisk() throws Exception {
    store("cas/ab/aaaa", "the directory is there");
    CountDownLatch forcing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    holdForce(forcing, goOn);
    CompletableFuture<Void> writer = storing(KEY, "x");
    assertTrue(forcing.await(20, TimeUnit.SECONDS));

    CompletableFuture<Map<String, Long>> asked = new CompletableFuture<>();
    Thread asker =
        new Thread(
            () -> {
              try {
                asked.complete(bucket.sizes(List.of(KEY)));
              } catch (IOException e) {
                asked.completeExceptionally(e);
              }
            });
    asker.start();
    while (asker.getState() != Thread.State.WAITING && asker.isAlive()) {
      Thread.onSpinWait();
    }
    assertTrue(Files.exists(directory.resolve(KEY)), "it has its name");
    assertEquals(
        Map.of("cas/ab/aaaa", 22L), bucket.sizes(List.of("cas/ab/aaaa")), "others do not wait");
    assertFalse(asked.isDone());
    goOn.countDown();

    writer.get(20, TimeUnit.SECONDS);
    assertEquals(Map.of(KEY, 1L), asked.get(20, TimeUnit.SECONDS));
  }

  private void holdForce(CountDownLatch forcing, CountDownLatch goOn) {
    faults.watch(
        (operation, path) -> {
          if (operation == Operation.FORCE && path.endsWith("cas/ab")) {
            forcing.countDown();
            try {
              goOn.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        });
  }

  @Test
  void commitsAtTheSameTime_shareTheForceOfTheirDirectory() throws Exception {
    store("cas/ab/aaaa", "the directory is there");
    CountDownLatch forcing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    forced.clear();
    holdForce(forcing, goOn);
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    writers.add(storing("cas/ab/1", "x"));
    assertTrue(forcing.await(20, TimeUnit.SECONDS));

    IntStream.range(2, 10).forEach(i -> writers.add(storing("cas/ab/" + i, "x")));
    awaitMoves(9);
    goOn.countDown();

    for (CompletableFuture<Void> writer : writers) {
      writer.get(20, TimeUnit.SECONDS);
    }
    long forces = forced.stream().filter("FORCE cas/ab"::equals).count();
    assertTrue(forces < writers.size(), forced.toString());
  }

  private void awaitMoves(int moves) {
    while (forced.stream().filter(one -> one.startsWith("MOVE")).count() < moves) {
      Thread.onSpinWait();
    }
  }

  @Test
  void forceFails_forAllWhoWaitForIt_butNotForThoseAfter() throws Exception {
    store("cas/ab/aaaa", "the directory is there");
    AtomicInteger forces = new AtomicInteger();
    CountDownLatch forcing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    holdForce(forcing, goOn);
    faults.watch(
        (operation, path) -> {
          if (operation == Operation.FORCE
              && path.endsWith("cas/ab")
              && forces.incrementAndGet() == 1) {
            throw new IOException(Faults.IO_ERROR);
          }
        });
    CompletableFuture<Void> first = storing(KEY, "x");
    assertTrue(forcing.await(20, TimeUnit.SECONDS));
    CompletableFuture<Void> second = storing(KEY, "x");
    awaitMoves(3);
    goOn.countDown();

    assertThrows(Exception.class, () -> first.get(20, TimeUnit.SECONDS));
    second.get(20, TimeUnit.SECONDS);
    assertEquals("x", load(KEY, 0), "the first must not take away what the second was told of");
  }
}
