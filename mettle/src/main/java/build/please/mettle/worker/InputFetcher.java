// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.LocalFile;
import build.please.common.rpc.FanOut;
import build.please.mettle.worker.InputPlan.Placement;
import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Brings blobs to where they are wanted, several at a time: copied where the store has a local
 * file, else small ones in batches and large ones as streams. Every byte is checked on its way
 * (WRK-03), and the empty blob is never asked for.
 */
final class InputFetcher {
  private final BlobStore blobs;
  private final FanOut transfers;

  InputFetcher(BlobStore blobs, FanOut transfers) {
    this.blobs = blobs;
    this.transfers = transfers;
  }

  /**
   * Creates a file at every place. Blocks until all are there; after an exception some are.
   *
   * @throws BlobNotFoundException naming every blob that is absent
   */
  void fetch(Map<Digest, List<Placement>> files) throws IOException {
    Set<Digest> absent = ConcurrentHashMap.newKeySet();
    transfers.map(
        Batches.of(files.keySet()),
        batch -> {
          absent.addAll(fetch(batch, files));
          return batch;
        });
    if (!absent.isEmpty()) {
      throw new BlobNotFoundException(absent);
    }
  }

  /** Returns the blobs that are absent. */
  private List<Digest> fetch(List<Digest> batch, Map<Digest, List<Placement>> files)
      throws IOException {
    List<Digest> absent = new ArrayList<>();
    List<Digest> toRead = new ArrayList<>();
    for (Digest digest : batch) {
      List<Placement> places = files.getOrDefault(digest, List.of());
      if (digest.isEmpty()) {
        place(new ByteArrayInputStream(new byte[0]), digest, places);
      } else if (!copyLocal(digest, places)) {
        toRead.add(digest);
      }
    }
    if (toRead.size() == 1 && Batches.isLarge(toRead.get(0))) {
      Digest large = toRead.get(0);
      try (InputStream in = blobs.read(large, Encoding.IDENTITY, 0)) {
        place(in, large, files.getOrDefault(large, List.of()));
      } catch (BlobNotFoundException e) {
        absent.add(large);
      }
    } else if (!toRead.isEmpty()) {
      Map<Digest, ByteString> found = blobs.readAll(toRead);
      for (Digest digest : toRead) {
        ByteString bytes = found.get(digest);
        if (bytes == null) {
          absent.add(digest);
        } else {
          place(bytes.newInput(), digest, files.getOrDefault(digest, List.of()));
        }
      }
    }
    return absent;
  }

  /** Says whether there was a local file, and a good one. */
  private boolean copyLocal(Digest digest, List<Placement> places) throws IOException {
    Optional<Path> local = blobs.file(digest).map(LocalFile::path);
    if (local.isEmpty()) {
      return false;
    }
    InputStream in;
    try {
      in = Files.newInputStream(local.get());
    } catch (IOException gone) {
      return false; // Deleted meanwhile, perhaps; a read will tell.
    }
    try (in) {
      place(in, digest, places);
      return true;
    } catch (CorruptException damaged) {
      // A read through the store finds the damage as well, and there it can be mended.
      for (Placement place : places) {
        Files.deleteIfExists(place.path());
      }
      return false;
    }
  }

  private static void place(InputStream in, Digest digest, List<Placement> places)
      throws IOException {
    Path first = places.get(0).path();
    copyChecked(in, digest, first);
    for (Placement place : places.subList(1, places.size())) {
      Files.copy(first, place.path());
    }
    for (Placement place : places) {
      NodeAttributes.applyTo(place);
    }
  }

  private static void copyChecked(InputStream in, Digest digest, Path target) throws IOException {
    MessageDigest sha256 = Digest.sha256();
    byte[] buffer = new byte[(int) Math.min(1 << 16, Math.max(1, digest.size()))];
    long size = 0;
    try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
      for (int n; (n = in.read(buffer)) > 0; size += n) {
        sha256.update(buffer, 0, n);
        out.write(buffer, 0, n);
      }
    }
    if (!Digest.of(sha256, size).equals(digest)) {
      throw new CorruptException("blob " + digest + " arrived with other bytes");
    }
  }

  /** The store's bytes are wrong, which is not the client's fault. */
  private static final class CorruptException extends IOException {
    private static final long serialVersionUID = 1L;

    CorruptException(String message) {
      super(message);
    }
  }
}
