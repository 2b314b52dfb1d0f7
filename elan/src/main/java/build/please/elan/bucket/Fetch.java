// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * An object on its way here, for all who read it from its beginning meanwhile. Safe for concurrent
 * use.
 *
 * <p>Whoever has read all that is here takes the next piece from afar, for itself and for the copy,
 * in which the others find it. So it comes as fast as the fastest reader takes it, each waits only
 * for one that is waiting for the network, and slow readers cost no memory.
 */
final class Fetch {
  /** The object's bytes from there on. */
  @FunctionalInterface
  interface Source {
    InputStream open(long offset) throws IOException;
  }

  /** Where its copy goes. */
  interface Target {
    /** The bytes from there on, if there is a copy already. */
    Optional<InputStream> find(long offset);

    BucketWriter write() throws IOException;
  }

  private enum State {
    /** Not asked for yet. */
    NEW,
    COMING,
    /** All of it is in the copy. */
    WHOLE,
    /** The next piece does not come. */
    FAILED,
    /** There is no copy to share, or one already; readers go on by themselves. */
    UNSHARED
  }

  private final Source far;
  private final Target near;
  private final Consumer<IOException> failed;
  private final CRC32C crc = new CRC32C();

  @GuardedBy("this")
  private State state = State.NEW;

  /** Whether somebody is taking the next piece; what follows is its alone then. */
  @GuardedBy("this")
  private boolean taking;

  @GuardedBy("this")
  private long here;

  @GuardedBy("this")
  private int readers;

  @GuardedBy("this")
  private @Nullable IOException failure;

  private @Nullable InputStream coming;
  private @Nullable BucketWriter copy;
  private volatile @Nullable FileChannel file;

  /**
   * @param failed hears what is wrong with the copy
   */
  Fetch(Source far, Target near, Consumer<IOException> failed) {
    this.far = far;
    this.near = near;
    this.failed = failed;
  }

  /**
   * All of the object; empty if it is too late for that, and a new fetch is due.
   *
   * @param over forgets this one; may be called more than once
   */
  Optional<InputStream> join(Runnable over) throws IOException {
    synchronized (this) {
      if (state == State.NEW || state == State.COMING) {
        readers++;
      } else {
        over.run();
        return Optional.empty();
      }
    }
    Reader reader = new Reader(over);
    try {
      reader.begin();
      return Optional.of(reader);
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /** Waits until nobody takes a piece, or there is one beyond the position. */
  @GuardedBy("this")
  private void awaitTurn(long position) throws IOException {
    while (taking && here <= position) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  @GuardedBy("this")
  private void rethrow() throws IOException {
    if (state == State.FAILED && failure != null) {
      throw failure instanceof NoSuchFileException absent
          ? new NoSuchFileException(absent.getFile())
          : new IOException(failure.getMessage(), failure);
    }
  }

  private synchronized void taken(int length, State now) {
    here += length;
    state = now;
    taking = false;
    notifyAll();
  }

  private void fail(Throwable e) {
    synchronized (this) {
      failure = e instanceof IOException io ? io : new IOException(e);
    }
    drop();
    taken(0, State.FAILED);
  }

  /** Gives up what is not whole. For whoever is taking, or the last. */
  private void drop() {
    close(coming);
    close(copy);
    coming = null;
    copy = null;
  }

  private void close(@Nullable AutoCloseable what) {
    try {
      if (what != null) {
        what.close();
      }
    } catch (Exception e) {
      failed.accept(e instanceof IOException io ? io : new IOException(e));
    }
  }

  /** One who reads. Not safe for concurrent use. */
  private final class Reader extends InputStream {
    private final Runnable over;
    private long position;
    private boolean closed;

    /** The bytes from the position on, if they are not shared. */
    private @Nullable InputStream own;

    Reader(Runnable over) {
      this.over = over;
    }

    /** Sees to it that the object is coming, if it is there. */
    void begin() throws IOException {
      synchronized (Fetch.this) {
        awaitTurn(0);
        rethrow();
        if (state != State.NEW) {
          return;
        }
        taking = true;
      }
      InputStream all;
      try {
        // It may have been made since the caller looked for it.
        Optional<InputStream> made = near.find(0);
        if (made.isPresent()) {
          own = made.get();
          over.run();
          taken(0, State.UNSHARED);
          return;
        }
        all = far.open(0);
      } catch (IOException | RuntimeException | Error e) {
        over.run();
        fail(e);
        throw e;
      }
      try {
        BucketWriter writer = near.write();
        copy = writer;
        file =
            FileChannel.open(
                writer.staged().orElseThrow(() -> new IOException("copies are not files")),
                StandardOpenOption.READ);
        coming = all;
        taken(0, State.COMING);
      } catch (IOException e) {
        goOnAlone(all, e);
        taken(0, State.UNSHARED);
      }
    }

    private void goOnAlone(InputStream rest, IOException why) {
      failed.accept(why);
      over.run();
      own = rest;
      coming = null;
      drop();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int n = own != null ? own.read(buffer, offset, length) : readShared(buffer, offset, length);
      position += Math.max(n, 0);
      return n;
    }

    private int readShared(byte[] buffer, int offset, int length) throws IOException {
      int ready;
      synchronized (Fetch.this) {
        awaitTurn(position);
        ready = (int) Math.min(length, here - position);
        if (ready == 0) {
          rethrow();
          if (state == State.WHOLE) {
            return -1;
          }
          taking = state == State.COMING;
        }
      }
      FileChannel shared = file;
      if (ready > 0 && shared != null) {
        int n = shared.read(ByteBuffer.wrap(buffer, offset, ready), position);
        if (n <= 0) {
          throw new IOException("a copy on disk became shorter while it was made");
        }
        return n;
      }
      InputStream next = coming;
      if (next != null) {
        return take(next, buffer, offset, length);
      }
      Optional<InputStream> made = near.find(position);
      InputStream rest = made.isPresent() ? made.get() : far.open(position);
      own = rest;
      return rest.read(buffer, offset, length);
    }

    /** The next piece, which is put into the copy as well. */
    private int take(InputStream next, byte[] buffer, int offset, int length) throws IOException {
      try {
        int n = next.read(buffer, offset, length);
        if (n < 0) {
          end();
        } else {
          share(next, buffer, offset, n);
        }
        return n;
      } catch (IOException | RuntimeException | Error e) {
        over.run();
        fail(e);
        throw e;
      }
    }

    private void share(InputStream next, byte[] buffer, int offset, int length) {
      crc.update(buffer, offset, length);
      try {
        BucketWriter writer = copy;
        if (writer != null) {
          writer.write(buffer, offset, length);
        }
        taken(length, State.COMING);
      } catch (IOException e) {
        goOnAlone(next, e);
        taken(0, State.UNSHARED);
      }
    }

    private void end() {
      try {
        BucketWriter writer = copy;
        if (writer != null) {
          writer.write(Copies.trailer(position, crc));
          writer.commit();
        }
      } catch (IOException e) {
        failed.accept(e);
      }
      over.run();
      drop();
      taken(0, State.WHOLE);
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      boolean last;
      synchronized (Fetch.this) {
        readers--;
        last = readers == 0;
        if (last && state != State.WHOLE) {
          state = State.FAILED;
        }
      }
      try {
        if (own != null) {
          own.close();
        }
      } finally {
        if (last) {
          over.run();
          drop();
          Fetch.this.close(file);
        }
      }
    }
  }
}
