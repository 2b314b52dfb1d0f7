// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.floor.RawLinks;
import build.please.bench.server.Session;
import build.please.common.cas.Digest;
import build.please.proto.execution.Command;
import build.please.proto.execution.Directory;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An input root of 10,000 files in 500 directories that the worker has: how long it takes to lay it
 * out, as the worker itself tells in the metadata of the result.
 */
public final class Staging {
  private static final int DIRECTORIES = 500;
  private static final int EACH = 20;
  private static final int SIZE = 4096;
  private static final int PROGRAMS = 3;

  private final List<Blob> blobs = new ArrayList<>();
  private Digest root = Digest.EMPTY;
  private long number;

  /** What it is. */
  public static Outline outline() {
    return Outline.reading(
        "execute/staging/10000",
        "B12",
        "inputs laid out, 10,000 files in 500 directories, warm",
        1,
        3,
        0);
  }

  /** Directories and links, and nothing else. */
  public static Floor floor(Path scratch) {
    return new Floor.Raw("raw links", new RawLinks(scratch, DIRECTORIES, EACH));
  }

  /** Stores all inputs, and runs one action, so that the worker has them. */
  public void prepare(Session session) throws IOException {
    if (blobs.isEmpty()) {
      List<Blob> directories = new ArrayList<>();
      for (int i = 0; i < DIRECTORIES; i++) {
        List<Blob> files = Blob.random(i, EACH, SIZE);
        blobs.addAll(files);
        directories.add(Blob.of(Trees.directory(files, PROGRAMS).build()));
      }
      blobs.addAll(directories);
      Directory.Builder top = Directory.newBuilder();
      Trees.add(top, directories);
      Blob whole = Blob.of(top.build());
      blobs.add(whole);
      root = whole.digest();
    }
    Store.fill(session.store(), blobs);
    once(session);
  }

  /**
   * Runs another action of that root.
   *
   * @return how long its inputs took, in nanoseconds
   * @throws IOException if it fails, or the result does not tell
   */
  public long once(Session session) throws IOException {
    Task task =
        Task.of(
            Command.newBuilder().addArguments("/bin/true"),
            root,
            System.nanoTime() + number++,
            List.of());
    Store.fill(session.store(), task.blobs());
    ExecuteResponse response = Task.response(session.caller().all(task.request(session)));
    ExecutedActionMetadata metadata = response.getResult().getExecutionMetadata();
    if (!metadata.hasInputFetchStartTimestamp() || !metadata.hasInputFetchCompletedTimestamp()) {
      throw new IOException("the result does not tell how long its inputs took");
    }
    return nanos(metadata.getInputFetchCompletedTimestamp())
        - nanos(metadata.getInputFetchStartTimestamp());
  }

  static long nanos(Timestamp time) {
    return time.getSeconds() * 1_000_000_000 + time.getNanos();
  }
}
