// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.control;

import build.please.mettle.logs.LiveLog;
import build.please.proto.control.LogPiece;
import build.please.proto.control.LogRead;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one piece of what a command prints, for an API server that asked for it, once there is
 * something to read. To be run when there may be.
 */
final class PieceAnswer implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(PieceAnswer.class);
  private static final int LARGEST = 64 << 10;

  private final LiveLog stream;
  private final LogRead asked;
  private final Consumer<LogPiece> asker;
  private final AtomicBoolean answered = new AtomicBoolean();

  private PieceAnswer(LiveLog stream, LogRead asked, Consumer<LogPiece> asker) {
    this.stream = stream;
    this.asked = asked;
    this.asker = asker;
  }

  /** Begins; answers now or later, and at most once. May block. */
  static void begin(LiveLog stream, LogRead asked, Consumer<LogPiece> asker) {
    PieceAnswer answer = new PieceAnswer(stream, asked, asker);
    stream.addListener(answer);
    answer.run();
  }

  @Override
  public void run() {
    int limit = Math.max(1, Math.min(asked.getLimit(), LARGEST));
    ByteBuffer bytes = ByteBuffer.allocate(limit);
    try {
      int n = stream.read(bytes, asked.getOffset());
      if (n == 0) {
        return;
      }
      if (n > 0 && answered.compareAndSet(false, true)) {
        asker.accept(
            LogPiece.newBuilder()
                .setStream(asked.getStream())
                .setOffset(asked.getOffset())
                .setData(UnsafeByteOperations.unsafeWrap(bytes.flip()))
                .setPrinted(Math.max(asked.getOffset() + n, stream.printed()))
                .build());
      }
    } catch (IOException over) {
      log.debug("nothing more to read of a run", over);
    }
    stream.removeListener(this);
  }
}
