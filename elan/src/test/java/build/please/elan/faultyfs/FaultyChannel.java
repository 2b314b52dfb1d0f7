// SPDX-License-Identifier: Apache-2.0
package build.please.elan.faultyfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A channel whose reads, writes and forces may fail. */
final class FaultyChannel extends FileChannel {
  private final FileChannel real;
  private final Path path;
  private final Faults faults;

  FaultyChannel(FileChannel real, Path path, Faults faults) {
    this.real = real;
    this.path = path;
    this.faults = faults;
  }

  @Override
  public int read(ByteBuffer buffer) throws IOException {
    faults.before(Operation.READ, path);
    return real.read(buffer);
  }

  @Override
  public int read(ByteBuffer buffer, long position) throws IOException {
    faults.before(Operation.READ, path);
    return real.read(buffer, position);
  }

  @Override
  public long read(ByteBuffer[] buffers, int offset, int length) throws IOException {
    faults.before(Operation.READ, path);
    return real.read(buffers, offset, length);
  }

  @Override
  public int write(ByteBuffer buffer) throws IOException {
    faults.before(Operation.WRITE, path);
    if (faults.losesBytes()) {
      int pretended = buffer.remaining();
      buffer.position(buffer.limit());
      return pretended;
    }
    return real.write(buffer);
  }

  @Override
  public int write(ByteBuffer buffer, long position) throws IOException {
    faults.before(Operation.WRITE, path);
    return real.write(buffer, position);
  }

  @Override
  public long write(ByteBuffer[] buffers, int offset, int length) throws IOException {
    faults.before(Operation.WRITE, path);
    return real.write(buffers, offset, length);
  }

  @Override
  public void force(boolean metaData) throws IOException {
    faults.before(Operation.FORCE, path);
    real.force(metaData);
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    real.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return real.size();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    real.truncate(size);
    return this;
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    return real.transferTo(position, count, target);
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count)
      throws IOException {
    return real.transferFrom(source, position, count);
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    return real.map(mode, position, size);
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return real.lock(position, size, shared);
  }

  @Override
  public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return real.tryLock(position, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    real.close();
  }
}
