// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of objects, each of one version of one. Behind its bytes a copy has their number and their
 * checksum, so that what a disk or a power cut made of it is found out. Whatever goes wrong costs
 * the copy and nothing else. Safe for concurrent use.
 */
final class Copies implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Copies.class);

  /** Bytes up to which a copy is checked before the first of them is handed out. */
  private static final int SMALL = 64 << 10;

  private static final int TRAILER = 16;

  private final Bucket disk;
  private final ConcurrentMap<String, Fetch> fetches = new ConcurrentHashMap<>();
  private final AtomicBoolean failing = new AtomicBoolean();

  /**
   * @param disk holds the copies and nothing else; closes with this
   */
  Copies(Bucket disk) {
    this.disk = disk;
  }

  /** The bytes of a version of an object from there on, if there is a copy. */
  Optional<InputStream> find(String key, Object version, long offset) {
    String copy = name(key, version);
    try {
      Long stored = disk.sizes(List.of(copy)).get(copy);
      if (stored == null) {
        return Optional.empty();
      }
      Optional<InputStream> bytes = open(copy, stored - TRAILER, offset);
      if (bytes.isEmpty()) {
        drop(copy);
      }
      failing.set(false);
      return bytes;
    } catch (NoSuchFileException evictedMeanwhile) {
      return Optional.empty();
    } catch (IOException e) {
      warn(e);
      return Optional.empty();
    }
  }

  private Optional<InputStream> open(String copy, long size, long offset) throws IOException {
    if (size < 0) {
      return Optional.empty();
    }
    ByteBuffer trailer;
    try (InputStream in = disk.read(copy, size)) {
      trailer = ByteBuffer.wrap(in.readNBytes(TRAILER));
    }
    if (trailer.remaining() < TRAILER || trailer.getLong() != size) {
      return Optional.empty();
    }
    long crc = trailer.getLong();
    if (size > SMALL) {
      return Optional.of(
          new CopyStream(disk.read(copy, offset), size - offset, crc, offset, () -> drop(copy)));
    }
    byte[] bytes;
    try (InputStream in = disk.read(copy, 0)) {
      bytes = in.readNBytes((int) size);
    }
    CRC32C seen = new CRC32C();
    seen.update(bytes);
    if (bytes.length < size || seen.getValue() != crc) {
      return Optional.empty();
    }
    int from = (int) Math.min(offset, size);
    return Optional.of(new ByteArrayInputStream(bytes, from, bytes.length - from));
  }

  /**
   * The bytes of a version of an object from afar, which come from there once for all who ask for
   * them meanwhile; when one has read them to their end there is a copy.
   *
   * @throws IOException of {@code far}
   */
  InputStream fetch(String key, Object version, Fetch.Source far) throws IOException {
    String copy = name(key, version);
    while (true) {
      Fetch fetch =
          fetches.computeIfAbsent(
              copy, name -> new Fetch(far, target(key, version, name), this::warn));
      Optional<InputStream> joined = fetch.join(() -> fetches.remove(copy, fetch));
      if (joined.isPresent()) {
        return joined.get();
      }
    }
  }

  private Fetch.Target target(String key, Object version, String copy) {
    return new Fetch.Target() {
      @Override
      public Optional<InputStream> find(long offset) {
        return Copies.this.find(key, version, offset);
      }

      @Override
      public BucketWriter write() throws IOException {
        return disk.write(copy, 0);
      }
    };
  }

  /** Forgets the copy of a version of an object. */
  void drop(String key, Object version) {
    drop(name(key, version));
  }

  private void drop(String copy) {
    try {
      disk.delete(copy);
    } catch (IOException e) {
      warn(e);
    }
  }

  static byte[] trailer(long size, CRC32C crc) {
    return ByteBuffer.allocate(TRAILER).putLong(size).putLong(crc.getValue()).array();
  }

  /** Of the form that an index of millions holds in few bytes. */
  private static String name(String key, Object version) {
    byte[] label = (key + " " + version).getBytes(StandardCharsets.UTF_8);
    try {
      String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(label));
      return "copies/" + hash.substring(0, 2) + "/" + hash;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Once, until it works again. */
  private void warn(IOException failure) {
    if (failing.compareAndSet(false, true)) {
      log.warn("the cache on disk does not work; blobs come from afar: {}", failure.toString());
    }
  }

  @Override
  public void close() throws IOException {
    disk.close();
  }
}
