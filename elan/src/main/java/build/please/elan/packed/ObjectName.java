// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

/** What the index tells objects apart by; the words are the hash. See {@link PackedName}. */
interface ObjectName {
  int kind();

  long word0();

  long word1();

  long word2();

  long word3();

  /** The first byte of the hash. */
  default int firstByte() {
    return (int) (word0() >>> 56);
  }
}
