// SPDX-License-Identifier: Apache-2.0
package build.please.elan.meter;

import build.please.common.cas.Encoding;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What goes to clients and comes from them, under the reference's names. Bytes are those on the
 * wire, so of a compressed blob the compressed ones. Safe for concurrent use.
 */
public final class TrafficMeters {
  private static final String NO_ENCODING = "n/a";

  private record Way(Batching batching, Encoding encoding) {}

  private record Choice(Batching batching, Encoding used, Encoding preferred) {}

  private final MeterRegistry registry;
  private final Map<Way, Counter> bytesReceived = new HashMap<>();
  private final Map<Way, Counter> bytesServed = new HashMap<>();
  private final Map<Way, Counter> blobsReceived = new HashMap<>();
  private final Map<Choice, Counter> blobsServed = new HashMap<>();
  private final Map<Direction, Counter> results = new EnumMap<>(Direction.class);

  private enum Direction {
    RECEIVED("elan.bytes.received", "Bytes of blobs and action results that clients sent."),
    SERVED("elan.bytes.served", "Bytes of blobs and action results that were sent to clients.");

    private final String bytes;
    private final String description;

    Direction(String bytes, String description) {
      this.bytes = bytes;
      this.description = description;
    }
  }

  TrafficMeters(MeterRegistry registry) {
    this.registry = registry;
    for (Batching batching : Batching.values()) {
      for (Encoding encoding : Encoding.values()) {
        Way way = new Way(batching, encoding);
        String label = label(encoding);
        bytesReceived.put(way, bytes(Direction.RECEIVED, batching, label));
        bytesServed.put(way, bytes(Direction.SERVED, batching, label));
        blobsReceived.put(
            way,
            counter(
                "elan.blobs.received",
                "Blobs that clients sent and that were stored.",
                Tags.of("batched", batching.label(), "compressor_used", label)));
        for (Encoding preferred : Encoding.values()) {
          blobsServed.put(
              new Choice(batching, encoding, preferred),
              counter(
                  "elan.blobs.served",
                  "Blobs that were sent to clients up to their end.",
                  Tags.of(
                      "batched",
                      batching.label(),
                      "compressor_used",
                      label,
                      "compressor_preferred",
                      label(preferred))));
        }
      }
    }
    for (Direction direction : Direction.values()) {
      results.put(direction, bytes(direction, Batching.SINGLE, NO_ENCODING));
    }
  }

  /** Bytes of a blob came, whatever becomes of it. */
  public void received(Batching batching, Encoding encoding, long bytes) {
    of(bytesReceived, new Way(batching, encoding)).increment((double) bytes);
  }

  /** A blob was stored. */
  public void receivedBlob(Batching batching, Encoding encoding) {
    receivedBlobs(batching, encoding, 1);
  }

  /** Several blobs were stored. */
  public void receivedBlobs(Batching batching, Encoding encoding, int count) {
    of(blobsReceived, new Way(batching, encoding)).increment(count);
  }

  /** Bytes of a blob go out. */
  public void served(Batching batching, Encoding encoding, long bytes) {
    of(bytesServed, new Way(batching, encoding)).increment((double) bytes);
  }

  /**
   * The last byte of a blob goes out.
   *
   * @param preferred what the client would have taken as well, or rather
   */
  public void servedBlob(Batching batching, Encoding used, Encoding preferred) {
    servedBlobs(batching, used, preferred, 1);
  }

  /** The last bytes of several blobs go out. */
  public void servedBlobs(Batching batching, Encoding used, Encoding preferred, int count) {
    of(blobsServed, new Choice(batching, used, preferred)).increment(count);
  }

  /** An action result came. */
  public void receivedResult(long bytes) {
    of(results, Direction.RECEIVED).increment((double) bytes);
  }

  /** An action result goes out; what is inlined into it counts as a blob. */
  public void servedResult(long bytes) {
    of(results, Direction.SERVED).increment((double) bytes);
  }

  private Counter bytes(Direction direction, Batching batching, String compressed) {
    return counter(
        direction.bytes,
        direction.description,
        Tags.of("batched", batching.label(), "compressed", compressed));
  }

  private Counter counter(String name, String description, Tags labels) {
    return Counter.builder(name).description(description).tags(labels).register(registry);
  }

  private static <K> Counter of(Map<K, Counter> counters, K key) {
    Counter counter = counters.get(key);
    if (counter == null) {
      throw new AssertionError("every combination was registered: " + key);
    }
    return counter;
  }

  private static String label(Encoding encoding) {
    return encoding.name().toLowerCase(Locale.ROOT);
  }
}
