// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The checked name of a blob: the function that it is named by, its hash in lower-case hex and its
 * length in bytes. All together are the identity (GEN-01). Where no function is given, it is
 * SHA-256.
 */
public record Digest(HashFunction function, String hash, long size) implements Comparable<Digest> {
  /** Hex characters in a hash, of whichever function. */
  public static final int HASH_LENGTH = 64;

  /** 0 for a lower-case hex character, 1 for any other. */
  private static final byte[] NO_HEX = new byte[128];

  static {
    Arrays.fill(NO_HEX, (byte) 1);
    Arrays.fill(NO_HEX, '0', '9' + 1, (byte) 0);
    Arrays.fill(NO_HEX, 'a', 'f' + 1, (byte) 0);
  }

  /** The SHA-256 digest of no bytes at all, a blob that every store holds (GEN-10). */
  public static final Digest EMPTY = empty(HashFunction.SHA256);

  /**
   * @throws IllegalArgumentException if the parts are not a digest; for what came over the wire use
   *     {@link #parse}
   */
  public Digest {
    String fault = fault(function, hash, size);
    if (fault != null) {
      throw new IllegalArgumentException(fault);
    }
  }

  /** As {@link #Digest(HashFunction, String, long)}, by SHA-256. */
  public Digest(String hash, long size) {
    this(HashFunction.SHA256, hash, size);
  }

  /** The digest of no bytes at all, which every store holds under each function (GEN-11). */
  public static Digest empty(HashFunction function) {
    return new Digest(function, function.emptyHash(), 0);
  }

  /**
   * The digest in a message from outside. An absent one arrives as the default instance and is
   * refused too.
   *
   * @throws MalformedException if the hash is not 64 lower-case hex characters, if the size is
   *     negative, or if only one of the two names the empty blob (GEN-02, GEN-03, GEN-11)
   */
  public static Digest parse(HashFunction function, build.please.proto.execution.Digest proto)
      throws MalformedException {
    return parse(function, proto.getHash(), proto.getSizeBytes());
  }

  /** As {@link #parse(HashFunction, build.please.proto.execution.Digest)}, by SHA-256. */
  public static Digest parse(build.please.proto.execution.Digest proto) throws MalformedException {
    return parse(HashFunction.SHA256, proto);
  }

  /** As {@link #parse(HashFunction, build.please.proto.execution.Digest)}, from the parts. */
  public static Digest parse(HashFunction function, String hash, long size)
      throws MalformedException {
    try {
      // Looks at the parts once, which is most of what it takes to ask for a thousand blobs.
      return new Digest(function, hash, size);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(String.valueOf(e.getMessage()));
    }
  }

  /** As {@link #parse(HashFunction, String, long)}, by SHA-256. */
  public static Digest parse(String hash, long size) throws MalformedException {
    return parse(HashFunction.SHA256, hash, size);
  }

  /** The digest of these bytes. */
  public static Digest of(HashFunction function, ByteString bytes) {
    MessageDigest hasher = function.hasher();
    HasherFeed.feed(hasher, bytes);
    return of(function, hasher, bytes.size());
  }

  /** The SHA-256 digest of these bytes. */
  public static Digest of(ByteString bytes) {
    return of(HashFunction.SHA256, bytes);
  }

  /** The SHA-256 digest of these bytes. */
  public static Digest of(byte[] bytes) {
    MessageDigest sha256 = sha256();
    sha256.update(bytes);
    return of(sha256, bytes.length);
  }

  /** The SHA-256 digest of a message in the encoding that this process gives it. */
  public static Digest of(MessageLite message) {
    return of(message.toByteString());
  }

  /** The SHA-256 digest of a file's content. Blocks for one pass over it; follows links. */
  public static Digest of(Path file) throws IOException {
    MessageDigest sha256 = sha256();
    byte[] buffer = new byte[1 << 16];
    long size = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (int n; (n = in.read(buffer)) > 0; size += n) {
        sha256.update(buffer, 0, n);
      }
    }
    return of(sha256, size);
  }

  /** The digest of {@code size} bytes that were fed to the function's hasher, which is reset. */
  public static Digest of(HashFunction function, MessageDigest hasher, long size) {
    return new Digest(function, HexFormat.of().formatHex(hasher.digest()), size);
  }

  /** The digest of {@code size} bytes that were fed to {@code sha256}, which is reset. */
  public static Digest of(MessageDigest sha256, long size) {
    return of(HashFunction.SHA256, sha256, size);
  }

  /** A fresh SHA-256 hasher. */
  public static MessageDigest sha256() {
    return HashFunction.SHA256.hasher();
  }

  /**
   * Whether these are the bytes of the blob.
   *
   * @param hasher a fresh one of the function, which is reset
   */
  public boolean isOf(ByteString bytes, MessageDigest hasher) {
    if (bytes.size() != size) {
      return false;
    }
    HasherFeed.feed(hasher, bytes);
    byte[] sum = hasher.digest();
    for (int i = 0; i < sum.length; i++) {
      if ((HexFormat.fromHexDigit(hash.charAt(2 * i)) << 4
              | HexFormat.fromHexDigit(hash.charAt(2 * i + 1)))
          != (sum[i] & 0xff)) {
        return false;
      }
    }
    return true;
  }

  public build.please.proto.execution.Digest toProto() {
    return build.please.proto.execution.Digest.newBuilder()
        .setHash(hash)
        .setSizeBytes(size)
        .build();
  }

  public boolean isEmpty() {
    return size == 0;
  }

  @Override
  public int compareTo(Digest other) {
    int byHash = hash.compareTo(other.hash);
    int bySize = byHash != 0 ? byHash : Long.compare(size, other.size);
    return bySize != 0 ? bySize : function.compareTo(other.function);
  }

  /** {@code [function/]hash/size}, as in resource names. */
  @Override
  public String toString() {
    return function.prefix() + hash + "/" + size;
  }

  private static @Nullable String fault(HashFunction function, String hash, long size) {
    if (hash.length() != HASH_LENGTH) {
      return "digest hash has "
          + hash.length()
          + " characters, not "
          + HASH_LENGTH
          + (hash.isEmpty() ? " (is the digest unset?)" : "");
    }
    if (!isLowerCaseHex(hash)) {
      return "digest hash is not lower-case hex";
    }
    if (size < 0) {
      return "digest size " + size + " is negative";
    }
    if ((size == 0) != hash.equals(function.emptyHash())) {
      return "digest " + hash + "/" + size + " pairs the empty blob's size or hash with another's";
    }
    return null;
  }

  private static boolean isLowerCaseHex(String hash) {
    // By a table: whether the next character is a digit or a letter nobody can guess, and wrong
    // guesses of the processor took half of the time of FindMissingBlobs.
    int wrong = 0;
    for (int i = 0; i < HASH_LENGTH; i++) {
      char c = hash.charAt(i);
      wrong |= c < NO_HEX.length ? NO_HEX[c] : 1;
    }
    return wrong == 0;
  }
}
