// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.rpc.FanOut;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stores blobs: one question which are missing, then only those. Files are given to the store as
 * they are if it keeps files on this disk; else small ones go in batches and large ones as streams,
 * several at a time. Safe for concurrent use.
 */
final class OutputUploader {
  private final BlobStore blobs;
  private final FanOut transfers;
  private final Adoption adoption;

  OutputUploader(BlobStore blobs, FanOut transfers, Adoption adoption) {
    this.blobs = blobs;
    this.transfers = transfers;
    this.adoption = adoption;
  }

  /**
   * Blocks until every blob is stored (WRK-09).
   *
   * @throws IOException on the first failure; some are stored
   */
  void store(Map<Digest, Upload> uploads) throws IOException {
    Set<Digest> wanted = new LinkedHashSet<>(uploads.keySet());
    wanted.remove(Digest.EMPTY);
    if (wanted.isEmpty()) {
      return;
    }
    Set<Digest> missing = blobs.findMissing(wanted);
    Map<Digest, Upload> toStore = new LinkedHashMap<>(uploads);
    toStore.keySet().retainAll(missing);
    transfers.map(
        Batches.of(toStore.keySet()),
        batch -> {
          try {
            store(withoutGiven(batch, toStore), toStore);
          } catch (BlobRejectedException e) {
            checkUnchanged(batch, toStore);
            throw e;
          }
          return batch;
        });
  }

  /**
   * Looks whose fault it is that the store refuses blobs.
   *
   * @throws IOException if somebody wrote to a file after we had read it; else the store wants no
   *     such blobs at all, maybe because they are too large
   */
  private static void checkUnchanged(List<Digest> batch, Map<Digest, Upload> uploads)
      throws IOException {
    for (Digest digest : batch) {
      if (uploads.get(digest) instanceof Upload.FromFile file) {
        MessageDigest sha256 = Digest.sha256();
        try (InputStream in = new DigestInputStream(open(digest, uploads), sha256)) {
          long size = in.transferTo(OutputStream.nullOutputStream());
          if (!Digest.of(sha256, size).equals(digest)) {
            throw changed(file.path());
          }
        }
      }
    }
  }

  private static IOException changed(Path file) {
    return new IOException("output " + file.getFileName() + " changed while it was stored");
  }

  /** Those that the store did not take as they are. */
  private List<Digest> withoutGiven(List<Digest> batch, Map<Digest, Upload> uploads)
      throws IOException {
    List<Digest> others = new ArrayList<>();
    for (Digest digest : batch) {
      if (!(uploads.get(digest) instanceof Upload.FromFile file)
          || !adoption.tryGive(digest, file.path(), file.seen())) {
        others.add(digest);
      }
    }
    return others;
  }

  private void store(List<Digest> batch, Map<Digest, Upload> uploads) throws IOException {
    if (batch.isEmpty()) {
      return;
    }
    if (Batches.isLarge(batch.get(0))) {
      Digest large = batch.get(0);
      try (InputStream in = open(large, uploads);
          BlobSink sink = blobs.write(large, Encoding.IDENTITY)) {
        in.transferTo(sink);
        sink.commit();
      }
      return;
    }
    Map<Digest, ByteString> small = new LinkedHashMap<>();
    for (Digest digest : batch) {
      if (uploads.get(digest) instanceof Upload.FromMemory memory) {
        small.put(digest, memory.bytes());
        continue;
      }
      try (InputStream in = open(digest, uploads)) {
        // No more than was promised, should the file have grown.
        small.put(digest, ByteString.copyFrom(in.readNBytes((int) digest.size() + 1)));
      }
    }
    blobs.writeAll(small);
  }

  /**
   * The bytes of a blob that is to be stored.
   *
   * @throws IOException if they cannot be read, or are not so many any more
   */
  static InputStream open(Digest digest, Map<Digest, Upload> uploads) throws IOException {
    Upload upload = uploads.get(digest);
    if (upload instanceof Upload.FromMemory memory) {
      return memory.bytes().newInput();
    } else if (upload instanceof Upload.FromFile file) {
      BasicFileAttributes attributes =
          Files.readAttributes(file.path(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      // To open what has become a pipe would block for ever.
      if (!attributes.isRegularFile() || attributes.size() != digest.size()) {
        throw changed(file.path());
      }
      return Files.newInputStream(file.path(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }
    throw new IllegalArgumentException("nothing to upload for " + digest);
  }
}
