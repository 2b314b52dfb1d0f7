// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Whether a file may be executed. Nobody may write to it in either case. */
enum FileMode {
  PLAIN(0444, "r--r--r--"),
  EXECUTABLE(0555, "r-xr-xr-x");

  private final int bits;
  private final String permissions;

  FileMode(int bits, String permissions) {
    this.bits = bits;
    this.permissions = permissions;
  }

  static FileMode of(boolean executable) {
    return executable ? EXECUTABLE : PLAIN;
  }

  int bits() {
    return bits;
  }

  Set<PosixFilePermission> permissions() {
    return PosixFilePermissions.fromString(permissions);
  }

  FileMode other() {
    return this == PLAIN ? EXECUTABLE : PLAIN;
  }
}
