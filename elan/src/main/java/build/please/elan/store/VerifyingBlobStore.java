// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.CorruptZstdException;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.FileStamp;
import build.please.common.cas.ForwardingBlobStore;
import build.please.common.cas.LocalFile;
import build.please.common.cas.ZstdEncodingStream;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Lets nobody see a wrong byte. What is written must match its digest before it becomes visible;
 * what is read is checked again: small blobs always and before their first byte is out, larger ones
 * when this process first reads them, and when their file was changed since. A stored blob that is
 * found wrong is discarded, so that it is missing from then on.
 */
final class VerifyingBlobStore extends ForwardingBlobStore {
  /** Bytes up to which a blob is read whole and checked before it is handed out. */
  static final int SMALL = 64 * 1024;

  private static final long REMEMBERED = 100_000;
  private static final long REMEMBERED_FILES = 300_000;

  /** Removes a blob whose stored bytes are wrong. */
  @FunctionalInterface
  interface Discard {
    void discard(Digest digest) throws IOException;
  }

  /** Tells whether stored bytes are those of before: by an equal answer. */
  @FunctionalInterface
  interface Versions {
    Object of(Digest digest) throws IOException;
  }

  private final Versions versions;
  private final Discard discard;
  // Large blobs whose stored bytes this process has checked, or written itself, and which these
  // were.
  private final Cache<Digest, Object> verified =
      Caffeine.newBuilder().maximumSize(REMEMBERED).build();
  // Files that were handed out, as they were when all of their bytes were right.
  private final Cache<Digest, FileStamp> sealed =
      Caffeine.newBuilder().maximumSize(REMEMBERED_FILES).build();

  VerifyingBlobStore(BlobStore delegate, Versions versions, Discard discard) {
    super(delegate);
    this.versions = versions;
    this.discard = discard;
  }

  @Override
  public InputStream read(Digest digest, Encoding encoding, long offset) throws IOException {
    if (digest.size() <= SMALL) {
      return readSmall(digest, encoding, offset);
    }
    // Before the bytes are read, so that a change meanwhile is noticed the next time.
    Object version = versions.of(digest);
    if (version.equals(verified.getIfPresent(digest))) {
      return super.read(digest, encoding, offset);
    }
    Judge judge = (read, verdict) -> judge(read, verdict, version);
    if (encoding == Encoding.IDENTITY && offset == 0) {
      return new VerifiedStream(super.read(digest, encoding, 0), digest, judge);
    }
    // A part proves nothing: the whole has to be read first.
    try (InputStream whole =
        new VerifiedStream(super.read(digest, Encoding.IDENTITY, 0), digest, judge)) {
      byte[] buffer = new byte[1 << 16];
      while (whole.read(buffer) >= 0) {}
    } catch (CorruptBlobException | EOFException | CorruptZstdException discarded) {
      throw new BlobNotFoundException(digest);
    }
    return super.read(digest, encoding, offset);
  }

  @Override
  public Optional<LocalFile> file(Digest digest) throws IOException {
    Optional<LocalFile> file = super.file(digest);
    if (file.isEmpty() || file.get().stamp().equals(sealed.getIfPresent(digest))) {
      return file;
    }
    try (InputStream bytes = Files.newInputStream(file.get().path())) {
      if (StoredBytes.areWrong(bytes, digest, Encoding.IDENTITY)) {
        discard(digest);
        return Optional.empty();
      }
    } catch (NoSuchFileException deletedMeanwhile) {
      return Optional.empty();
    }
    sealed.put(digest, file.get().stamp());
    return file;
  }

  @Override
  public boolean adopt(Digest digest, Path file) throws IOException {
    boolean adopted = super.adopt(digest, file);
    if (adopted) {
      // Its bytes are looked at when they are first wanted, unless somebody vouches for them.
      forget(digest);
    }
    return adopted;
  }

  @Override
  public void vouch(Digest digest, FileStamp stamp) {
    sealed.put(digest, stamp);
  }

  @Override
  public void recheck(Digest digest) throws IOException {
    forget(digest);
    file(digest);
  }

  private void forget(Digest digest) {
    verified.invalidate(digest);
    sealed.invalidate(digest);
  }

  @Override
  public Map<Digest, ByteString> readAll(Collection<Digest> digests) throws IOException {
    Map<Digest, ByteString> read = readWhole(digests);
    Hashers hashers = new Hashers();
    List<Digest> wrong = new ArrayList<>(0);
    for (Map.Entry<Digest, ByteString> blob : read.entrySet()) {
      if (!hashers.match(blob.getKey(), blob.getValue())) {
        wrong.add(blob.getKey());
      }
    }
    if (wrong.isEmpty()) {
      return read;
    }
    Map<Digest, ByteString> sound = new HashMap<>(read);
    for (Digest digest : wrong) {
      sound.remove(digest);
      discard(digest);
    }
    return sound;
  }

  /** As they are stored; those that end early or cannot be decoded are left out. */
  private Map<Digest, ByteString> readWhole(Collection<Digest> digests) throws IOException {
    try {
      return super.readAll(digests);
    } catch (EOFException | CorruptZstdException e) {
      if (digests.size() == 1) {
        discard(digests.iterator().next());
        return Map.of();
      }
    }
    // It does not say which.
    Map<Digest, ByteString> whole = new HashMap<>();
    for (Digest digest : Set.copyOf(digests)) {
      whole.putAll(readWhole(Set.of(digest)));
    }
    return whole;
  }

  @Override
  public BlobSink write(Digest digest, Encoding encoding) throws IOException {
    return new VerifyingSink(
        super.write(digest, encoding), digest, encoding, (written, sound) -> remember(written));
  }

  private void remember(Digest written) throws IOException {
    if (written.size() > SMALL) {
      verified.put(written, versions.of(written));
    }
  }

  @Override
  public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
    Hashers hashers = new Hashers();
    for (Map.Entry<Digest, ByteString> blob : blobs.entrySet()) {
      hashers.check(blob.getKey(), blob.getValue());
    }
    super.writeAll(blobs);
    for (Digest written : blobs.keySet()) {
      remember(written);
    }
  }

  private InputStream readSmall(Digest digest, Encoding encoding, long offset) throws IOException {
    ByteString bytes = readAll(Set.of(digest)).get(digest);
    if (bytes == null) {
      throw new BlobNotFoundException(digest);
    }
    InputStream rest = bytes.substring((int) offset).newInput();
    return encoding == Encoding.ZSTD ? new ZstdEncodingStream(rest) : rest;
  }

  private void judge(Digest digest, Verdict verdict, Object version) throws IOException {
    if (verdict == Verdict.CORRUPT) {
      discard(digest);
    } else {
      verified.put(digest, version);
    }
  }

  private void discard(Digest digest) throws IOException {
    forget(digest);
    discard.discard(digest);
  }

  /** What a look at all bytes of a blob showed. */
  enum Verdict {
    SOUND,
    CORRUPT
  }

  /** Hears the verdict on a blob. */
  @FunctionalInterface
  interface Judge {
    void judge(Digest digest, Verdict verdict) throws IOException;
  }
}
