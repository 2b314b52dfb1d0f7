// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;

/** Whole uploads, and what they leave. */
final class Writes {
  static final int SIZE = 100_000;

  private Writes() {}

  static long upload(TestedElan elan, Blob blob) {
    return elan.upload().sendLast(blob.uploadName(), 0, blob.bytes()).halfClose().committedSize();
  }

  static long uploadPacked(TestedElan elan, Blob blob) {
    return elan.upload()
        .sendLast(blob.packedUploadName(), 0, blob.packed())
        .halfClose()
        .committedSize();
  }

  static void assertStored(TestedElan elan, Blob blob) {
    assertEquals(blob.bytes(), elan.read(blob.readName()));
  }

  static void assertNotStored(TestedElan elan, Blob blob) throws IOException {
    elan.assertNothingIsOpen();
    assertFalse(elan.isThere(blob.digest()));
    assertTrue(elan.hasNoObject(blob.digest()));
  }
}
