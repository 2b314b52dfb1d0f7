// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Names this run of the kernel. */
final class BootId {
  private static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");

  private BootId() {}

  /** Always the same where the kernel does not say. */
  static String current() {
    try {
      return Files.readString(FILE).strip();
    } catch (IOException notLinux) {
      return "unknown";
    }
  }
}
