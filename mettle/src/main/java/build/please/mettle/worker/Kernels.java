// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.nio.charset.Charset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the {@link Kernel} of this machine. */
final class Kernels {
  private static final Logger log = LoggerFactory.getLogger(Kernels.class);

  private Kernels() {}

  /** The C library's if it can be loaded and has what we need, else Java's own, with a warning. */
  static Kernel choose(Charset fileNames) {
    try {
      return new LinuxKernel(fileNames);
    } catch (LinkageError | RuntimeException e) {
      log.warn(
          "cannot call the C library ({}); commands are started through setsid, which is slower."
              + " glibc 2.34 or later and a java.io.tmpdir that allows execution are needed",
          String.valueOf(e.getMessage()));
      return new PlainKernel(new FileNames(fileNames));
    }
  }
}
