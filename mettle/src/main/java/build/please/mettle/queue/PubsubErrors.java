// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.api.core.ApiFuture;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What Cloud Pub/Sub says when it refuses, for those who know only of I/O. */
public final class PubsubErrors {
  private PubsubErrors() {}

  /**
   * The answer to a call. Blocks for the limit at most, and gives the call up then.
   *
   * @param what is asked for, and of whom, as an error message shall name it
   * @throws IOException if there is none; the cause is what the library said
   */
  public static <T> T await(ApiFuture<T> call, Duration limit, String what) throws IOException {
    try {
      return call.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw of(what, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      call.cancel(true);
      throw new IOException(what + ": no answer within " + limit.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      call.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(what + ": interrupted");
    }
  }

  static IOException of(String what, Throwable failure) {
    return new IOException(what + ": " + text(failure), failure);
  }

  /** One line. */
  public static String text(Throwable failure) {
    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    // The library says "io.grpc.StatusRuntimeException: CODE: why".
    return message
        .replaceFirst("^io\\.grpc\\.Status[A-Za-z]*Exception: ", "")
        .replaceAll("\\s+", " ");
  }

  public static boolean is(Throwable failure, StatusCode.Code... codes) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ApiException e) {
        return List.of(codes).contains(e.getStatusCode().getCode());
      }
    }
    return false;
  }
}
