// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import build.please.proto.execution.DigestFunction;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A hash function that blobs are named by. One blob has another name under each, and a name of one
 * is never a name of another, though their hashes look alike.
 */
public enum HashFunction {
  SHA256("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
  BLAKE3("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");

  /** All there are, the one that clients should prefer first. */
  public static final List<HashFunction> ALL = List.of(values());

  private final String segment = name().toLowerCase(Locale.ROOT);
  private final String emptyHash;

  HashFunction(String emptyHash) {
    this.emptyHash = emptyHash;
  }

  /**
   * The function that a request names by its number in the API. Unset is SHA-256: all offered
   * functions have hashes of one length, and BLAKE3 must be named (GEN-04, GEN-05).
   *
   * @param offered by whoever the request is for
   * @throws MalformedException naming those offered, if it is none of them (GEN-07)
   */
  public static HashFunction parse(int number, List<HashFunction> offered)
      throws MalformedException {
    if (number == DigestFunction.Value.UNKNOWN_VALUE && offered.contains(SHA256)) {
      return SHA256;
    }
    for (HashFunction function : offered) {
      if (function.toProto().getNumber() == number) {
        return function;
      }
    }
    DigestFunction.Value unsupported = DigestFunction.Value.forNumber(number);
    throw new MalformedException(
        "digest function "
            + (unsupported == null ? number : unsupported)
            + " is not supported, only "
            + offered.stream().map(Enum::name).collect(Collectors.joining(" and ")));
  }

  /** The function that a segment of a resource name stands for, if it is one (BSN-05). */
  static Optional<HashFunction> ofSegment(String segment) {
    return ALL.stream().filter(function -> function.segment.equals(segment)).findFirst();
  }

  /**
   * What stands before the hash in the names of blobs: nothing for SHA-256, for any other its name
   * and a slash (BSN-05).
   */
  public String prefix() {
    return this == SHA256 ? "" : segment + "/";
  }

  public DigestFunction.Value toProto() {
    return DigestFunction.Value.valueOf(name());
  }

  /** For requests to other servers: unset for SHA-256, since older ones know no such field. */
  public DigestFunction.Value toRequest() {
    return this == SHA256 ? DigestFunction.Value.UNKNOWN : toProto();
  }

  /** A fresh hasher. */
  public MessageDigest hasher() {
    return switch (this) {
      case SHA256 -> sha256();
      case BLAKE3 -> new Blake3Hasher();
    };
  }

  /** The hash of no bytes. */
  String emptyHash() {
    return emptyHash;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
