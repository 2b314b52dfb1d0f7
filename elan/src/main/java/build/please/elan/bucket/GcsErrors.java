// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.cloud.storage.StorageException;
import java.io.IOException;

/** What Cloud Storage says when it refuses, for those who know only of I/O. */
final class GcsErrors {
  static final int ABSENT = 404;
  static final int ANOTHER_GENERATION = 412;

  private GcsErrors() {}

  /**
   * As an exception that is told to clients as an outage.
   *
   * @param what was tried, on what
   */
  static IOException of(StorageException failure, String what) {
    String code = failure.getCode() > 0 ? failure.getCode() + " " : "";
    return new IOException("Cloud Storage, " + what + ": " + code + failure.getMessage(), failure);
  }

  static boolean is(Exception failure, int code) {
    if (failure instanceof StorageException e) {
      return e.getCode() == code;
    }
    return failure.getCause() instanceof StorageException e && e.getCode() == code;
  }
}
