// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.common.rpc.FanOut;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.BucketWriter;
import build.please.elan.bucket.StoredObject;
import build.please.elan.store.StoredName.Kind;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies what one bucket holds to another: blobs first, so that no result comes before what it
 * names. What is there already stays as it is, so that a copy that was ended goes on where it was.
 * Every object is checked on the way, and left out if its bytes are not what its name says.
 */
public final class StoreCopy {
  private static final Logger log = LoggerFactory.getLogger(StoreCopy.class);
  private static final int PIECE = 1000;
  private static final int TELL_EVERY = 100_000;
  private static final int BUFFER = 1 << 16;

  /**
   * What came of it.
   *
   * @param copied objects
   * @param bytes of these
   * @param present objects that were there before
   * @param wrong objects that were left out
   */
  public record Counts(long copied, long bytes, long present, long wrong) {}

  private final Bucket from;
  private final Bucket to;
  private final FanOut pieces;
  private final AtomicLong copied = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong present = new AtomicLong();
  private final AtomicLong wrong = new AtomicLong();

  public StoreCopy(Bucket from, Bucket to, FanOut pieces) {
    this.from = from.unwatched();
    this.to = to;
    this.pieces = pieces;
  }

  /**
   * Copies everything. Blocks until that is done; what was copied before an exception stays.
   *
   * @param progress hears of it now and then
   */
  public Counts run(Consumer<String> progress) throws IOException {
    for (Kind kind : new Kind[] {Kind.PLAIN, Kind.PACKED, Kind.RESULT}) {
      for (HashFunction function : HashFunction.ALL) {
        for (int two = 0; two < 256; two++) {
          copy(StoredName.directory(function, kind, "%02x".formatted(two)), progress);
        }
      }
    }
    return counts();
  }

  private Counts counts() {
    return new Counts(copied.get(), bytes.get(), present.get(), wrong.get());
  }

  private void copy(String directory, Consumer<String> progress) throws IOException {
    try (Stream<StoredObject> all = from.list(directory)) {
      Iterator<StoredObject> objects = all.iterator();
      while (objects.hasNext()) {
        List<StoredObject> piece = new ArrayList<>(PIECE);
        while (piece.size() < PIECE && objects.hasNext()) {
          piece.add(objects.next());
        }
        long before = copied.get() / TELL_EVERY;
        copy(piece);
        if (copied.get() / TELL_EVERY > before) {
          progress.accept("copied " + copied.get() + " objects so far");
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void copy(List<StoredObject> piece) throws IOException {
    Map<String, Long> there = to.sizes(piece.stream().map(StoredObject::key).toList());
    List<StoredName> absent = new ArrayList<>();
    for (StoredObject object : piece) {
      Optional<StoredName> name = StoredName.parse(object.key());
      if (name.isEmpty()) {
        continue;
      }
      if (there.containsKey(object.key())) {
        present.incrementAndGet();
      } else {
        absent.add(name.get());
      }
    }
    if (!absent.isEmpty()) {
      pieces.map(absent, this::copy);
    }
  }

  private boolean copy(StoredName name) throws IOException {
    try {
      boolean sound =
          switch (name.kind()) {
            case PLAIN -> write(name);
            case PACKED -> isPacked(name) && write(name);
            case RESULT -> isResult(name) && write(name);
          };
      if (!sound) {
        wrong.incrementAndGet();
        log.warn("{} is not what its name says, and is left out", name.key());
      }
      return sound;
    } catch (NoSuchFileException deletedMeanwhile) {
      return false;
    }
  }

  private boolean isPacked(StoredName name) throws IOException {
    try (InputStream in = from.read(name.key(), 0)) {
      // Its size does not count, but has to be one that a blob can have.
      return !StoredBytes.areWrong(in, new Digest(name.function(), name.hash(), 1), Encoding.ZSTD);
    }
  }

  private boolean isResult(StoredName name) throws IOException {
    try (InputStream in = from.read(name.key(), 0)) {
      BucketActionCache.parse(name.function(), ByteString.readFrom(in));
      return true;
    } catch (InvalidProtocolBufferException | MalformedException e) {
      return false;
    }
  }

  /** Copies an object, unless it is a plain blob whose bytes are wrong; says whether it did. */
  private boolean write(StoredName name) throws IOException {
    String key = name.key();
    OptionalLong decoded = from.decodedSize(key);
    MessageDigest hasher = name.function().hasher();
    try (InputStream in = from.read(key, 0);
        BucketWriter out =
            decoded.isPresent() ? to.writePacked(key, 0, decoded.getAsLong()) : to.write(key, 0)) {
      byte[] buffer = new byte[BUFFER];
      long size = 0;
      for (int n; (n = in.read(buffer)) >= 0; size += n) {
        hasher.update(buffer, 0, n);
        out.write(buffer, 0, n);
      }
      if (name.kind() == Kind.PLAIN
          && !HexFormat.of().formatHex(hasher.digest()).equals(name.hash())) {
        return false;
      }
      out.commit();
      copied.incrementAndGet();
      bytes.addAndGet(size);
      return true;
    }
  }
}
