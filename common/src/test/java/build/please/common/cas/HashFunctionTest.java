// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.DigestFunction;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HashFunctionTest {
  private static final int SHA256 = DigestFunction.Value.SHA256_VALUE;
  private static final int BLAKE3 = DigestFunction.Value.BLAKE3_VALUE;
  private static final List<HashFunction> ONLY_SHA256 = List.of(HashFunction.SHA256);

  /** The lengths around blocks, chunks and subtrees, from test_vectors.json of the BLAKE3 team. */
  @ParameterizedTest
  @CsvSource({
    "0, af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
    "1, 2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
    "1023, 10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11",
    "1024, 42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
    "1025, d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
    "2049, 5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030",
    "3073, 7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3",
    "31744, 62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47",
    "102400, bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085",
  })
  void blake3_hasThePublishedHashes(int length, String hash) {
    byte[] input = new byte[length];
    for (int i = 0; i < length; i++) {
      input[i] = (byte) (i % 251);
    }
    MessageDigest hasher = HashFunction.BLAKE3.hasher();

    assertEquals(hash, HexFormat.of().formatHex(hasher.digest(input)), "at once");
    for (int from = 0; from < length; from += 77) {
      hasher.update(input, from, Math.min(77, length - from));
    }
    assertEquals(hash, HexFormat.of().formatHex(hasher.digest()), "in pieces, by a used hasher");
    hasher.update((byte) 1);
    hasher.reset();
    hasher.update(ByteBuffer.wrap(input).asReadOnlyBuffer());
    assertEquals(hash, HexFormat.of().formatHex(hasher.digest()), "after a reset");
  }

  @Test
  void blake3_ofSingleBytes_isTheSame() {
    MessageDigest hasher = HashFunction.BLAKE3.hasher();
    hasher.update((byte) 1);
    hasher.update((byte) -2);

    assertArrayEquals(HashFunction.BLAKE3.hasher().digest(new byte[] {1, -2}), hasher.digest());
    assertEquals(Digest.HASH_LENGTH, 2 * hasher.getDigestLength());
  }

  @Test
  void parse_unset_isSha256() throws MalformedException {
    assertEquals(HashFunction.SHA256, HashFunction.parse(0, HashFunction.ALL));
    assertEquals(HashFunction.SHA256, HashFunction.parse(0, ONLY_SHA256));
  }

  @Test
  void parse_offered_isTaken() throws MalformedException {
    assertEquals(HashFunction.SHA256, HashFunction.parse(SHA256, HashFunction.ALL));
    assertEquals(HashFunction.BLAKE3, HashFunction.parse(BLAKE3, HashFunction.ALL));
  }

  @Test
  void parse_others_namesThoseOffered() {
    assertRefused(DigestFunction.Value.SHA1_VALUE, HashFunction.ALL, "SHA1", "SHA256 and BLAKE3");
    assertRefused(77, HashFunction.ALL, "77", "SHA256 and BLAKE3");
    assertRefused(-1, HashFunction.ALL, "-1", "SHA256 and BLAKE3");
    assertRefused(BLAKE3, ONLY_SHA256, "BLAKE3", "only SHA256");
  }

  private static void assertRefused(
      int number, List<HashFunction> offered, String named, String instead) {
    String message =
        String.valueOf(
            assertThrows(MalformedException.class, () -> HashFunction.parse(number, offered))
                .getMessage());
    assertTrue(message.contains(named) && message.endsWith(instead), message);
  }
}
