// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fault 71: all zstd contexts busy. */
@Timeout(30)
final class ZstdContextsTest {
  private static final Duration IDLE = Duration.ofSeconds(2);
  private static final Duration NO_PATIENCE = Duration.ZERO;
  private static final byte[] TEXT = ZstdSamples.text(1_000_000);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1000);

  private ZstdContexts two(Duration patience) {
    return new ZstdContexts(2, IDLE, patience, nanos::get);
  }

  private static ZstdDecodedStream begin(ZstdContexts contexts) throws IOException {
    ZstdDecodedStream stream = unused(contexts);
    assertArrayEquals(new byte[] {TEXT[0], TEXT[1]}, stream.readNBytes(2));
    return stream;
  }

  private static ZstdDecodedStream unused(ZstdContexts contexts) {
    return new ZstdDecodedStream(new ByteArrayInputStream(ZstdSamples.frame(TEXT)), contexts);
  }

  @Test
  void oneTooMany_isRefused_andHarmsNobody() throws IOException {
    ZstdContexts contexts = two(NO_PATIENCE);
    try (ZstdDecodedStream first = begin(contexts);
        ZstdDecodedStream second = begin(contexts);
        ZstdDecodedStream third = unused(contexts)) {
      assertThrows(BusyException.class, third::read);
      assertDoesNotThrow(first::readAllBytes);
      assertDoesNotThrow(second::readAllBytes);
    }
  }

  @Test
  void whoIsNotRead_takesNoContext() throws IOException {
    ZstdContexts contexts = two(NO_PATIENCE);
    try (ZstdDecodedStream idle = unused(contexts);
        ZstdDecodedStream another = unused(contexts);
        ZstdDecodedStream first = begin(contexts);
        ZstdDecodedStream second = begin(contexts)) {
      assertDoesNotThrow(first::readAllBytes);
      assertDoesNotThrow(second::readAllBytes);
      assertDoesNotThrow(idle::available);
      assertDoesNotThrow(another::available);
    }
  }

  @Test
  void whoStoodStillLongest_losesItsContextToTheNext() throws IOException {
    ZstdContexts contexts = two(NO_PATIENCE);
    try (ZstdDecodedStream stuck = begin(contexts);
        ZstdDecodedStream busy = begin(contexts)) {
      nanos.addAndGet(IDLE.toNanos());
      busy.read();
      try (ZstdDecodedStream next = unused(contexts)) {
        assertArrayEquals(TEXT, next.readAllBytes());
        assertThrows(BusyException.class, stuck::readAllBytes);
        assertDoesNotThrow(busy::readAllBytes);
      }
    }
  }

  @Test
  void whoStandsStillInNobodysWay_goesOn() throws IOException {
    try (ZstdDecodedStream slow = begin(two(NO_PATIENCE))) {
      nanos.addAndGet(Duration.ofHours(1).toNanos());
      assertDoesNotThrow(slow::readAllBytes);
    }
  }

  @Test
  void whoHasEnded_leavesItsPlace() throws IOException {
    ZstdContexts contexts = two(NO_PATIENCE);
    try (ZstdDecodedStream stays = begin(contexts)) {
      for (int i = 0; i < 5; i++) {
        begin(contexts).close();
      }
      assertDoesNotThrow(stays::readAllBytes);
    }
  }

  @Test
  void whoIsPatient_getsThePlaceOfWhoEnds() throws Exception {
    ZstdContexts contexts = two(Duration.ofDays(1));
    try (ZstdDecodedStream stays = begin(contexts);
        ZstdDecodedStream next = unused(contexts)) {
      CompletableFuture<byte[]> waiting = new CompletableFuture<>();
      try (ZstdDecodedStream ends = begin(contexts)) {
        Thread reader =
            new Thread(
                () -> {
                  try {
                    waiting.complete(next.readAllBytes());
                  } catch (IOException e) {
                    waiting.completeExceptionally(e);
                  }
                });
        reader.start();
        while (reader.getState() != Thread.State.TIMED_WAITING) {
          Thread.onSpinWait();
        }
        ends.read();
      }
      assertArrayEquals(TEXT, waiting.get(20, TimeUnit.SECONDS));
      assertDoesNotThrow(stays::readAllBytes);
    }
  }

  @Test
  void encodersCountToo() throws IOException {
    ZstdContexts contexts = two(NO_PATIENCE);
    try (ZstdDecodedStream first = begin(contexts);
        ZstdDecodedStream second = begin(contexts);
        ZstdEncodingStream encoder =
            new ZstdEncodingStream(new ByteArrayInputStream(TEXT), contexts)) {
      assertThrows(BusyException.class, encoder::read);
      assertDoesNotThrow(first::readAllBytes);
      assertDoesNotThrow(second::readAllBytes);
    }
  }
}
