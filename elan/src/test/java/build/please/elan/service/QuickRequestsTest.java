// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class QuickRequestsTest {
  private static final String HASH = "0123456789abcdef".repeat(4);

  @ParameterizedTest
  @CsvSource({
    "blobs/HASH/1, true",
    "blobs/HASH/65536, true",
    "blobs/HASH/65537, false",
    "blobs/HASH/18446744073709551617, false",
    "blobs/HASH/0000000001, false",
    "blobs/HASH/-1, false",
    "blobs/HASH/, false",
    "blobs/HASH, false",
    "some/instance/blobs/HASH/7, true",
    "blobs/blake3/HASH/7, true",
    "compressed-blobs/zstd/HASH/7, true",
    "uploads/7/blobs/HASH/70000/7, false",
    "uploads/7/blobs/HASH/7/70000, true",
    "logs/1/stdout, false",
    "'', false",
    "/, false",
  })
  void isSmall_byTheSizeBehindTheHash(String name, boolean small) {
    assertEquals(small, QuickRequests.isSmall(name.replace("HASH", HASH)));
  }
}
