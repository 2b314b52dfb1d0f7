// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Blobs by digest. Safe for concurrent use; every method may block.
 *
 * <p>A store that cannot answer throws an {@link IOException} that is no {@link CasException}; it
 * never calls a blob absent because it could not look.
 */
public interface BlobStore extends AutoCloseable {
  /** Bytes of a blob up to which a digest is believed before they are there. */
  long MOST_AT_ONCE = 64L << 20;

  /**
   * The given digests that are not stored, or are stored with another size. The empty blob is never
   * among them. Duplicates are asked once; order is not kept.
   *
   * @throws IOException if the store cannot be asked; nothing is then known about any digest
   */
  Set<Digest> findMissing(Collection<Digest> digests) throws IOException;

  /**
   * As {@link #findMissing}; and what is not missing stays for a time at least, whatever else the
   * store has to make room for.
   *
   * <p>A store that cannot say how long it keeps what it has just been asked about promises no more
   * than with {@link #findMissing}.
   *
   * @param time from now
   */
  default Set<Digest> keep(Collection<Digest> digests, Duration time) throws IOException {
    return findMissing(digests);
  }

  /**
   * The bytes of a blob in the given encoding, without its first {@code offset} bytes.
   *
   * <p>The caller closes the stream. A stream that ends early or finds wrong bytes throws from
   * {@code read}; it does not end as if all were well.
   *
   * @param offset bytes of the identity form to skip, from 0 to the blob's size
   * @throws BlobNotFoundException if the blob is absent
   */
  InputStream read(Digest digest, Encoding encoding, long offset) throws IOException;

  /**
   * Begins to store a blob whose bytes will come in the given encoding. The caller closes the sink.
   *
   * @throws StoreFullException if there is no room for it
   */
  BlobSink write(Digest digest, Encoding encoding) throws IOException;

  /**
   * The whole of each blob, verified. Absent ones are left out; duplicates are read once. For blobs
   * that together fit into memory.
   */
  default Map<Digest, ByteString> readAll(Collection<Digest> digests) throws IOException {
    Map<Digest, ByteString> found = new HashMap<>();
    for (Digest digest : new LinkedHashSet<>(digests)) {
      try (InputStream in = read(digest, Encoding.IDENTITY, 0)) {
        found.put(digest, whole(in, digest.size()));
      } catch (BlobNotFoundException absent) {
        // Left out, as promised.
      }
    }
    return found;
  }

  /** All bytes of a stream that should have so many. */
  private static ByteString whole(InputStream in, long size) throws IOException {
    if (size > MOST_AT_ONCE) {
      return ByteString.readFrom(in);
    }
    // ByteString reads small pieces and puts them together, since it does not know how many come.
    byte[] bytes = new byte[(int) size];
    int length = in.readNBytes(bytes, 0, bytes.length);
    ByteString expected = UnsafeByteOperations.unsafeWrap(bytes, 0, length);
    int more = in.read();
    return more < 0
        ? expected
        : expected
            .concat(ByteString.copyFrom(new byte[] {(byte) more}))
            .concat(ByteString.readFrom(in));
  }

  /**
   * Stores each blob.
   *
   * @throws BlobRejectedException if some bytes do not match their digest
   * @throws IOException on the first failure; some of the others may be stored
   */
  default void writeAll(Map<Digest, ByteString> blobs) throws IOException {
    for (Map.Entry<Digest, ByteString> blob : blobs.entrySet()) {
      try (BlobSink sink = write(blob.getKey(), Encoding.IDENTITY)) {
        ByteStrings.write(blob.getValue(), sink);
        sink.commit();
      }
    }
  }

  /**
   * Whether {@link #readAll} and {@link #writeAll} cost less than a call for each blob, even if
   * several were under way at once. If not they go from one blob to the next.
   */
  default boolean isBulk() {
    return false;
  }

  /**
   * A local file that holds the blob, where there is one, verified as by {@link #read}: what was
   * found right is not looked at again until its stamp changes. Counts as a use of the blob.
   */
  default Optional<LocalFile> file(Digest digest) throws IOException {
    return Optional.empty();
  }

  /**
   * Makes a file the blob's own, where the store keeps files on the same disk: the file gets a name
   * in the store in place of its own, and nothing is copied.
   *
   * <p>The caller has seen that the bytes are the blob's, that the file has no other name, that
   * nobody has it open for writing, and that its mode forbids it.
   *
   * @return whether it did; if not, the file is where it was
   */
  default boolean adopt(Digest digest, Path file) throws IOException {
    return false;
  }

  /**
   * Tells that a file of the store which looks like this holds the blob, so that it need not be
   * looked at while it does. What the caller knows for certain, since it hashed the bytes, nobody
   * could write to them, and a later write changes the stamp.
   */
  default void vouch(Digest digest, FileStamp stamp) {
    // Whoever keeps no files looks at none.
  }

  /**
   * Looks at the stored bytes of a blob again, which somebody may have changed. If they are wrong
   * the blob is discarded.
   */
  default void recheck(Digest digest) throws IOException {
    // Whoever keeps no files has nothing that others could change.
  }

  @Override
  void close() throws IOException;
}
