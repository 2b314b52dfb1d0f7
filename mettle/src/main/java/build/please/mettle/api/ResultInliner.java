// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.BlobStore;
import build.please.common.cas.HashFunction;
import build.please.elan.service.Inlining;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts into an answer the outputs that its request would like to have inside (EXE-26). These are
 * hints: what is too large, absent or out of reach is left out, and its digest stays either way
 * (AC-11). Safe for concurrent use.
 */
public final class ResultInliner {
  private static final Logger log = LoggerFactory.getLogger(ResultInliner.class);

  private final Inlining inlining;
  private final Executor readers;

  /**
   * @param readers run the reads, which block
   */
  public ResultInliner(BlobStore blobs, Executor readers) {
    this.inlining = new Inlining(blobs);
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
      ActionResult result =
          inlining.apply(HashFunction.SHA256, response.getResult(), wish(request));
      return done.toBuilder()
          .setResponse(Any.pack(response.toBuilder().setResult(result).build()))
          .build();
    } catch (IOException | RuntimeException e) {
      log.info("answering {} without outputs inside", done.getName(), e);
      return done;
    }
  }

  private static Inlining.Wish wish(ExecuteRequest request) {
    return new Inlining.Wish(
        request.getInlineStdout(),
        request.getInlineStderr(),
        Set.copyOf(request.getInlineOutputFilesList()));
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
