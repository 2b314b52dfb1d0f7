// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Takes the bytes of one blob. Nothing is visible until {@link #commit} returns; {@link #close}
 * without it discards.
 *
 * <p>Not safe for concurrent use. After an exception only {@code close} may be called.
 */
public abstract class BlobSink extends OutputStream {
  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public abstract void write(byte[] bytes, int offset, int length) throws IOException;

  /**
   * Makes the blob visible. Called at most once.
   *
   * @throws BlobRejectedException if the bytes do not match the digest; nothing is stored
   * @throws IOException if they could not be stored; nothing is visible
   */
  public abstract void commit() throws IOException;

  /**
   * Frees what the sink holds and, without an earlier {@link #commit}, discards the bytes. Safe to
   * call twice.
   */
  @Override
  public abstract void close() throws IOException;

  /** This sink, which runs something once its blob is stored. */
  public final BlobSink andThen(Runnable committed) {
    BlobSink sink = this;
    return new BlobSink() {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        sink.write(bytes, offset, length);
      }

      @Override
      public void commit() throws IOException {
        sink.commit();
        committed.run();
      }

      @Override
      public void close() throws IOException {
        sink.close();
      }
    };
  }
}
