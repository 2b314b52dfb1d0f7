// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class BlobUploaderTest {
  @TempDir Path directory;
  private CasServer server;
  private BlobStore store;
  private BlobUploader uploader;

  @BeforeEach
  void start() throws IOException {
    server = CasServer.inProcess();
    store = server.dial().blobs();
    uploader = new BlobUploader(store, CasServer.config());
  }

  @AfterEach
  void stop() throws IOException {
    store.close();
    server.close();
  }

  @Test
  void missingBlobs_areStoredAndOthersNotSent() throws IOException {
    Map<Digest, BlobSource> blobs = new HashMap<>();
    Map<Digest, ByteString> expected = new HashMap<>();
    for (int size : new int[] {1, 1000, 1_048_576, 1_048_577, 5_000_000}) {
      ByteString inMemory = Blobs.random(size);
      blobs.put(Digest.of(inMemory), new BlobSource.Bytes(inMemory));
      expected.put(Digest.of(inMemory), inMemory);
      ByteString inFile = Blobs.random(size + 10);
      blobs.put(Digest.of(inFile), new BlobSource.File(file("f" + size, inFile)));
      expected.put(Digest.of(inFile), inFile);
    }
    Digest present = server.put(Blobs.random(55));
    expected.put(present, Blobs.random(55));
    blobs.put(present, new BlobSource.File(directory.resolve("must not be read")));
    blobs.put(Digest.EMPTY, new BlobSource.Bytes(ByteString.EMPTY));

    Set<Digest> missing = uploader.upload(blobs);
    assertEquals(expected, server.blobs);
    assertEquals(10, missing.size());
    assertEquals(5, server.faults.calls("Write"), "those above 1 MiB");
    assertEquals(Set.of(), uploader.upload(blobs));
  }

  @Test
  void breakingStream_isBegunAnew() throws IOException {
    ByteString blob = Blobs.random(2_000_000);
    server.faults.failNext("Write", Status.UNAVAILABLE, 2);
    uploader.upload(Map.of(Digest.of(blob), new BlobSource.File(file("large", blob))));
    assertEquals(Map.of(Digest.of(blob), blob), server.blobs);
  }

  @Test
  void changedFile_isRejected() throws IOException {
    for (int size : new int[] {10, 2_000_000}) {
      ByteString blob = Blobs.random(size);
      Digest before = Digest.of(blob);
      for (ByteString after :
          new ByteString[] {
            blob.substring(1), blob.concat(blob), ByteString.copyFrom(new byte[size])
          }) {
        Path file = file("changed", after);
        assertThrows(
            BlobRejectedException.class,
            () -> uploader.upload(Map.of(before, new BlobSource.File(file))));
      }
    }
    assertEquals(Map.of(), server.blobs);
  }

  private Path file(String name, ByteString bytes) throws IOException {
    return Files.write(directory.resolve(name), bytes.toByteArray());
  }
}
