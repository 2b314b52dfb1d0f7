// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.OutputFile;
import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts into an answer the outputs that its request would like to have inside (EXE-26). These are
 * hints: what is too large, absent or out of reach is left out, and its digest stays either way
 * (AC-11). Safe for concurrent use.
 */
public final class ResultInliner {
  private static final Logger log = LoggerFactory.getLogger(ResultInliner.class);

  /** Bytes of the longest answer with what was put inside; clients take 4 MiB (GEN-20). */
  private static final long LONGEST_ANSWER = 1L << 20;

  private final BlobStore blobs;
  private final Executor readers;

  /**
   * @param readers run the reads, which block
   */
  public ResultInliner(BlobStore blobs, Executor readers) {
    this.blobs = blobs;
    this.readers = readers;
  }

  /** The client itself, or one that puts things into its last state if the request asks for any. */
  Watcher watcher(ExecuteRequest request, Watcher client) {
    return request.getInlineStdout()
            || request.getInlineStderr()
            || request.getInlineOutputFilesCount() > 0
        ? new InliningWatcher(request, client)
        : client;
  }

  private Operation inline(ExecuteRequest request, Operation done) {
    try {
      ExecuteResponse response = done.getResponse().unpack(ExecuteResponse.class);
      ActionResult.Builder result = response.getResult().toBuilder();
      Pieces pieces = new Pieces(LONGEST_ANSWER - done.getSerializedSize());
      if (request.getInlineStdout() && result.getStdoutRaw().isEmpty()) {
        pieces.want(
            result.getStdoutDigest().getHash(),
            result.getStdoutDigest().getSizeBytes(),
            result::setStdoutRaw);
      }
      if (request.getInlineStderr() && result.getStderrRaw().isEmpty()) {
        pieces.want(
            result.getStderrDigest().getHash(),
            result.getStderrDigest().getSizeBytes(),
            result::setStderrRaw);
      }
      for (OutputFile.Builder file : result.getOutputFilesBuilderList()) {
        if (request.getInlineOutputFilesList().contains(file.getPath())
            && file.getContents().isEmpty()) {
          pieces.want(
              file.getDigest().getHash(), file.getDigest().getSizeBytes(), file::setContents);
        }
      }
      pieces.fetch();
      return done.toBuilder()
          .setResponse(Any.pack(response.toBuilder().setResult(result).build()))
          .build();
    } catch (IOException | RuntimeException e) {
      log.info("answering {} without outputs inside", done.getName(), e);
      return done;
    }
  }

  /** The blobs that fit, and where they go. */
  private final class Pieces {
    private final Map<Digest, Consumer<ByteString>> places = new HashMap<>();
    private long roomBytes;

    Pieces(long roomBytes) {
      this.roomBytes = roomBytes;
    }

    void want(String hash, long size, Consumer<ByteString> place) {
      if (size <= 0 || size > roomBytes) {
        return;
      }
      try {
        places.merge(Digest.parse(hash, size), place, Consumer::andThen);
        roomBytes -= size;
      } catch (MalformedException e) {
        log.info("result with a malformed digest", e);
      }
    }

    void fetch() throws IOException {
      Map<Digest, ByteString> found = places.isEmpty() ? Map.of() : blobs.readAll(places.keySet());
      places.forEach((digest, place) -> Optional.ofNullable(found.get(digest)).ifPresent(place));
    }
  }

  /** Hands the last state over to a reader, who sends it when it is complete. */
  private final class InliningWatcher implements Watcher {
    private final ExecuteRequest request;
    private final Watcher client;

    InliningWatcher(ExecuteRequest request, Watcher client) {
      this.request = request;
      this.client = client;
    }

    @Override
    public void send(Operation operation) {
      if (operation.getDone()) {
        try {
          readers.execute(() -> client.send(inline(request, operation)));
        } catch (RejectedExecutionException e) {
          client.send(operation);
        }
      } else {
        client.send(operation);
      }
    }

    @Override
    public void fail(StatusRuntimeException failure) {
      client.fail(failure);
    }

    @Override
    public void onEnd(Runnable listener) {
      client.onEnd(listener);
    }
  }
}
