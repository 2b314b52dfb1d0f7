// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import com.google.protobuf.ByteString;
import java.util.Random;

/** Bytes to store. */
final class Blobs {
  private Blobs() {}

  static ByteString random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
