// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.logs;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * One stream of one run: read from the command's file while it runs, and from the store afterwards.
 * Safe for concurrent use.
 */
public final class LiveLog {
  /** There will be no more, and what was there is gone, since the run ended without a result. */
  public static final class BrokenOffException extends IOException {
    private static final long serialVersionUID = 1;

    BrokenOffException() {
      super("the run was broken off");
    }
  }

  private sealed interface Source permits Running, Stored, Broken {}

  private record Running(LogTail tail) implements Source {}

  private record Stored(Digest digest) implements Source {}

  private record Broken() implements Source {}

  private final BlobStore blobs;
  private final Executor readers;
  private final Set<LiveLog> followed;

  /** Most logs never have one, and those of many runs are kept. */
  private volatile Set<Runnable> listeners = Set.of();

  private volatile Source source;
  private volatile long seen;

  /**
   * @param readers tells listeners
   * @param followed those that have listeners, and are to be looked at
   */
  LiveLog(LogTail tail, BlobStore blobs, Executor readers, Set<LiveLog> followed) {
    this.source = new Running(tail);
    this.blobs = blobs;
    this.readers = readers;
    this.followed = followed;
  }

  /**
   * Puts bytes from {@code offset} on into the empty buffer. Does not wait for the command.
   *
   * @return how many; 0 if there are none yet, -1 if there will be none
   * @throws BrokenOffException if the run was broken off
   * @throws IOException if they cannot be had
   */
  public int read(ByteBuffer into, long offset) throws IOException {
    while (true) {
      Source now = source;
      try {
        return read(now, into, offset);
      } catch (IOException e) {
        if (now == source) {
          throw e;
        }
        into.clear(); // The command's file was closed meanwhile, since the store has it.
      }
    }
  }

  private int read(Source from, ByteBuffer into, long offset) throws IOException {
    if (from instanceof Running running) {
      return Math.max(running.tail().read(into, offset), 0);
    } else if (from instanceof Stored stored) {
      return readStored(stored.digest(), into, offset);
    }
    throw new BrokenOffException();
  }

  private int readStored(Digest digest, ByteBuffer into, long offset) throws IOException {
    if (offset >= digest.size()) {
      return -1;
    }
    // Opened for each piece, so that a reader who stops reading holds nothing open.
    try (InputStream in = blobs.read(digest, Encoding.IDENTITY, offset)) {
      byte[] piece = in.readNBytes(into.remaining());
      into.put(piece);
      return piece.length;
    }
  }

  /** Bytes of the whole, once it is known to be whole. */
  public OptionalLong size() {
    return source instanceof Stored stored
        ? OptionalLong.of(stored.digest().size())
        : OptionalLong.empty();
  }

  /** Bytes that have been printed so far. */
  public long printed() throws IOException {
    Source now = source;
    return now instanceof Running running ? running.tail().available() : size().orElse(0);
  }

  /** From now on {@code listener} is run whenever there may be more to read than before. */
  public synchronized void addListener(Runnable listener) {
    if (listeners.isEmpty()) {
      listeners = ConcurrentHashMap.newKeySet();
    }
    listeners.add(listener);
    followed.add(this);
  }

  public synchronized void removeListener(Runnable listener) {
    if (!listeners.isEmpty()) {
      listeners.remove(listener);
    }
  }

  /** Looks whether there is more than at the last look. Does not block. */
  void look() {
    if (listeners.isEmpty()) {
      followed.remove(this);
      if (listeners.isEmpty()) {
        return;
      }
      followed.add(this); // Somebody came meanwhile.
    }
    if (source instanceof Running running) {
      try {
        long now = running.tail().available();
        if (now != seen) {
          seen = now;
          tell();
        }
      } catch (IOException e) {
        tell(); // Who reads will hear why.
      }
    }
  }

  void stored(Digest digest) {
    source = new Stored(digest);
    tell();
  }

  /** Unless it is stored it will not be. */
  void end() {
    if (source instanceof Running) {
      source = new Broken();
      tell();
    }
  }

  /** Has all listeners look whether there is more. */
  void tell() {
    try {
      listeners.forEach(readers::execute);
    } catch (RejectedExecutionException ending) {
      // The server ends, and all calls with it.
    }
  }
}
