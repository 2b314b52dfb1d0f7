// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.ByteStrings;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.HashFunction;
import build.please.elan.packed.Found;
import build.please.elan.packed.PackedLog;
import build.please.elan.packed.PackedName;
import build.please.elan.packed.RecordBatch;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The blobs of a packed bucket, found without keys, and written side by side. */
final class PackedBlobs implements BulkBlobs {
  private static final Map<HashFunction, Integer> PLAIN = kinds("cas/");
  private static final Map<HashFunction, Integer> ZSTD = kinds("zstd_cas/");

  private final PackedBucket bucket;
  private final PackedStore store;
  private final PackedLog log;
  private final KnownFiles known;

  PackedBlobs(PackedBucket bucket, PackedStore store) {
    this.bucket = bucket;
    this.store = store;
    this.log = store.log();
    this.known = store.known();
  }

  private static Map<HashFunction, Integer> kinds(String kind) {
    Map<HashFunction, Integer> kinds = new EnumMap<>(HashFunction.class);
    for (HashFunction function : HashFunction.ALL) {
      kinds.put(function, PackedName.kind(function.prefix() + kind));
    }
    return kinds;
  }

  private static PackedName name(Digest digest, Encoding encoding) {
    Map<HashFunction, Integer> kinds = encoding == Encoding.ZSTD ? ZSTD : PLAIN;
    return PackedName.of(kinds.getOrDefault(digest.function(), -1), digest.hash());
  }

  @Override
  public long[] sizes(List<Digest> digests, Encoding encoding) throws IOException {
    store.checkThere();
    int now = log.now();
    long[] sizes = new long[digests.size()];
    List<String> inFiles = new ArrayList<>(0);
    List<Note> notes = new ArrayList<>(0);
    Found found = new Found();
    for (int i = 0; i < sizes.length; i++) {
      PackedName name = name(digests.get(i), encoding);
      if (log.find(name, now, found)) {
        sizes[i] = found.size();
        PackedBucket.noteUse(name, found, now, notes);
      } else {
        sizes[i] = -1;
        if (known.mayHold(name)) {
          inFiles.add(name.key());
        }
      }
    }
    store.note(notes);
    if (!inFiles.isEmpty()) {
      Map<String, Long> rest = store.files().sizes(inFiles);
      for (int i = 0; i < sizes.length; i++) {
        if (sizes[i] < 0) {
          sizes[i] = rest.getOrDefault(name(digests.get(i), encoding).key(), -1L);
        }
      }
    }
    return sizes;
  }

  @Override
  public Map<Digest, ByteString> read(Collection<Digest> digests) throws IOException {
    store.checkThere();
    int now = log.now();
    Map<Digest, ByteString> blobs = new HashMap<>(digests.size() * 2);
    List<Note> notes = new ArrayList<>(0);
    Found found = new Found();
    for (Digest digest : digests) {
      PackedName name = name(digest, Encoding.IDENTITY);
      byte[] record = log.read(name, now, found);
      if (record != null) {
        PackedBucket.noteUse(name, found, now, notes);
        if (found.size() == digest.size()) {
          blobs.put(
              digest, UnsafeByteOperations.unsafeWrap(record, PackedLog.HEAD_ROOM, found.size()));
        }
      }
    }
    store.note(notes);
    return blobs;
  }

  @Override
  public void write(Map<Digest, ByteString> blobs) throws IOException {
    store.checkThere();
    long bytes = 0;
    for (ByteString blob : blobs.values()) {
      bytes += blob.size();
    }
    RecordBatch batch = RecordBatch.sized(blobs.size(), bytes);
    for (Map.Entry<Digest, ByteString> blob : blobs.entrySet()) {
      PackedName name = name(blob.getKey(), Encoding.IDENTITY);
      if (blob.getValue().size() > PackedLog.MOST_BYTES) {
        writeFile(name, blob.getValue());
      } else if (!batch.add(name, blob.getValue())) {
        bucket.append(batch);
        batch.clear();
        batch.add(name, blob.getValue());
      }
    }
    bucket.append(batch);
  }

  private void writeFile(PackedName name, ByteString blob) throws IOException {
    try (BucketWriter writer = bucket.write(name.key(), blob.size())) {
      ByteStrings.write(blob, writer);
      writer.commit();
    }
  }
}
