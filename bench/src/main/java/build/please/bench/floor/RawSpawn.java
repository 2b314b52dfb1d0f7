// SPDX-License-Identifier: Apache-2.0
package build.please.bench.floor;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A command that is run again and again, each time waited for. */
public final class RawSpawn implements RawLoop {
  private static final long SIZE_OF_RUSAGE = 144;

  private final List<String> command;

  public RawSpawn(List<String> command) {
    this.command = List.copyOf(command);
  }

  @Override
  public int run(BooleanSupplier goOn) throws IOException {
    int count = 0;
    StringArray arguments = new StringArray(command.toArray(String[]::new));
    try (Memory usage = new Memory(SIZE_OF_RUSAGE)) {
      for (; goOn.getAsBoolean(); count++) {
        StringArray environment = new StringArray(new String[] {"NUMBER=" + count});
        IntByReference pid = new IntByReference();
        int error = C.posix_spawn(pid, command.get(0), null, null, arguments, environment);
        IntByReference status = new IntByReference();
        if (error != 0 || C.wait4(pid.getValue(), status, 0, usage) < 0) {
          throw new IOException("cannot run " + command.get(0) + ": error " + error);
        }
        if (status.getValue() != 0) {
          throw new IOException(command.get(0) + " ended with status " + status.getValue());
        }
      }
    }
    return count;
  }

  private static final class C {
    static {
      Native.register(C.class, "c");
    }

    private C() {}

    static native int posix_spawn(
        IntByReference pid,
        String path,
        @Nullable Pointer actions,
        @Nullable Pointer attributes,
        Pointer arguments,
        Pointer environment);

    static native int wait4(int pid, IntByReference status, int options, Pointer usage);
  }
}
