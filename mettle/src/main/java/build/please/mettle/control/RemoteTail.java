// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.control;

import build.please.mettle.logs.LogTail;
import build.please.proto.control.LogPiece;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a command prints on another machine, as far as somebody has asked for it here.
 *
 * <p>A few pieces are kept, and a few more asked for at a time, however many read: whoever finds
 * his piece gone, or too many asked for, comes again when the next piece does. Besides it is asked
 * for what comes next, once, since only that may take long to be answered. Safe for concurrent use.
 */
final class RemoteTail implements LogTail {
  private static final int PIECE_BYTES = 32 << 10;
  private static final int MOST_PIECES = 8;

  /** Who prints. */
  interface Printer {
    /** Asks for what was printed from there on. Does not block; may be in vain. */
    void ask(long offset, int limit);
  }

  private final Printer printer;

  /** What has come, by where it begins, the latest last. */
  @GuardedBy("this")
  private final Map<Long, ByteString> pieces = new LinkedHashMap<>();

  /** Where the pieces begin that were asked for. */
  @GuardedBy("this")
  private final Set<Long> asked = new HashSet<>();

  @GuardedBy("this")
  private long printed;

  RemoteTail(Printer printer) {
    this.printer = printer;
  }

  @Override
  public synchronized long available() {
    return printed;
  }

  @Override
  public int read(ByteBuffer into, long offset) {
    long wanted;
    synchronized (this) {
      for (Map.Entry<Long, ByteString> piece : pieces.entrySet()) {
        long skip = offset - piece.getKey();
        if (skip >= 0 && skip < piece.getValue().size()) {
          ByteString rest = piece.getValue().substring((int) skip);
          ByteString fitting = rest.substring(0, Math.min(rest.size(), into.remaining()));
          fitting.copyTo(into);
          return fitting.size();
        }
      }
      wanted = Math.min(offset, printed);
      boolean tooMany = wanted < printed && asked.size() >= MOST_PIECES;
      if (tooMany || !asked.add(wanted)) {
        return 0;
      }
    }
    printer.ask(wanted, PIECE_BYTES);
    return 0;
  }

  /** What was asked for. */
  synchronized void come(LogPiece piece) {
    asked.remove(piece.getOffset());
    pieces.remove(piece.getOffset());
    pieces.put(piece.getOffset(), piece.getData());
    if (pieces.size() > MOST_PIECES) {
      pieces.remove(pieces.keySet().iterator().next());
    }
    printed = Math.max(printed, piece.getPrinted());
  }
}
