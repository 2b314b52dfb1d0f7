// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import build.please.proto.execution.Directory;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Reads each Directory from a store whenever it is asked for. */
public final class StoredDirectories implements DirectorySource {
  private final BlobStore blobs;

  public StoredDirectories(BlobStore blobs) {
    this.blobs = blobs;
  }

  @Override
  public Map<Digest, Directory> readAll(Set<Digest> digests) throws IOException {
    Map<Digest, Directory> directories = new HashMap<>();
    Set<Digest> others = new LinkedHashSet<>();
    for (Digest digest : digests) {
      // The empty Directory is the empty blob, which is never asked for.
      if (digest.isEmpty()) {
        directories.put(digest, Directory.getDefaultInstance());
      } else {
        others.add(digest);
      }
    }
    if (!others.isEmpty()) {
      for (Map.Entry<Digest, ByteString> one : blobs.readAll(others).entrySet()) {
        directories.put(one.getKey(), Directories.parse(one.getKey(), one.getValue()));
      }
    }
    return directories;
  }
}
