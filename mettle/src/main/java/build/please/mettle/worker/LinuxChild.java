// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;

/** A program that was started through the C library. */
final class LinuxChild implements Kernel.Child {
  private final int pid;

  @GuardedBy("this")
  private boolean reaped;

  LinuxChild(int pid) {
    this.pid = pid;
  }

  @Override
  public long pid() {
    return pid;
  }

  /**
   * First sees the end without taking it, so that the process id, and with it the group's, stays
   * ours until whatever is left of the group was killed. Only then is the child reaped.
   */
  @Override
  public Exit await() throws IOException {
    try (Memory info = new Memory(LibC.STRUCT_BYTES);
        Memory usage = new Memory(LibC.STRUCT_BYTES)) {
      while (LibC.waitid(LibC.P_PID, pid, info, LibC.WEXITED | LibC.WNOWAIT) != 0) {
        throwUnlessInterrupted();
      }
      // From here on nobody else signals: after the reaping the number may be another's.
      synchronized (this) {
        reaped = true;
      }
      LibC.kill(-pid, Kernel.Signal.KILL.number());
      IntByReference status = new IntByReference();
      usage.clear();
      while (LibC.wait4(pid, status, 0, usage) != pid) {
        throwUnlessInterrupted();
      }
      return new Exit(code(status.getValue()), ResourceUsage.read(usage));
    }
  }

  @Override
  public synchronized void signal(Kernel.Signal signal) {
    // Under the lock, since it must not happen after the reaping; the call does not block.
    if (!reaped) {
      LibC.kill(-pid, signal.number());
    }
  }

  private void throwUnlessInterrupted() throws IOException {
    int error = Native.getLastError();
    if (error != LibC.EINTR) {
      throw new IOException("cannot wait for process " + pid + ": " + LibC.strerror(error));
    }
  }

  private static int code(int status) {
    int signal = status & 0x7f;
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
  }
}
