// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import build.please.proto.execution.DigestFunction;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The checked name of a blob: its SHA-256 in lower-case hex and its length in bytes. Both together
 * are the identity (GEN-01).
 */
public record Digest(String hash, long size) implements Comparable<Digest> {
  /** Hex characters in a hash. */
  public static final int HASH_LENGTH = 64;

  /** The digest of no bytes at all, a blob that every store holds (GEN-10). */
  public static final Digest EMPTY = of(new byte[0]);

  /**
   * @throws IllegalArgumentException if the parts are not a digest; for what came over the wire use
   *     {@link #parse}
   */
  public Digest {
    String fault = fault(hash, size);
    if (fault != null) {
      throw new IllegalArgumentException(fault);
    }
  }

  /**
   * The digest in a message from outside. An absent one arrives as the default instance and is
   * refused too.
   *
   * @throws MalformedException if the hash is not 64 lower-case hex characters, if the size is
   *     negative, or if only one of the two names the empty blob (GEN-02, GEN-03, GEN-11)
   */
  public static Digest parse(build.please.proto.execution.Digest proto) throws MalformedException {
    return parse(proto.getHash(), proto.getSizeBytes());
  }

  /** As {@link #parse(build.please.proto.execution.Digest)}, from the two parts. */
  public static Digest parse(String hash, long size) throws MalformedException {
    String fault = fault(hash, size);
    if (fault != null) {
      throw new MalformedException(fault);
    }
    return new Digest(hash, size);
  }

  /**
   * Checks the digest function that a request names; unset means that it follows from the length of
   * the hashes.
   *
   * @throws MalformedException unless it is SHA-256 or unset (GEN-07)
   */
  public static void checkFunction(DigestFunction.Value function, int number)
      throws MalformedException {
    if (function != DigestFunction.Value.UNKNOWN && function != DigestFunction.Value.SHA256) {
      throw new MalformedException(
          "digest function "
              + (function == DigestFunction.Value.UNRECOGNIZED ? number : function)
              + " is not supported, only SHA256");
    }
  }

  /** The digest of these bytes. */
  public static Digest of(byte[] bytes) {
    MessageDigest sha256 = sha256();
    sha256.update(bytes);
    return of(sha256, bytes.length);
  }

  /** The digest of these bytes. */
  public static Digest of(ByteString bytes) {
    MessageDigest sha256 = sha256();
    bytes.asReadOnlyByteBufferList().forEach(sha256::update);
    return of(sha256, bytes.size());
  }

  /** The digest of a message in the encoding that this process gives it. */
  public static Digest of(MessageLite message) {
    return of(message.toByteString());
  }

  /** The digest of a file's content. Blocks for one pass over it; follows links. */
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

  /** The digest of {@code size} bytes that were fed to {@code sha256}, which is reset. */
  public static Digest of(MessageDigest sha256, long size) {
    return new Digest(HexFormat.of().formatHex(sha256.digest()), size);
  }

  /** A fresh hasher for the one digest function that is supported. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
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
    return byHash != 0 ? byHash : Long.compare(size, other.size);
  }

  /** {@code hash/size}, as in resource names. */
  @Override
  public String toString() {
    return hash + "/" + size;
  }

  private static @Nullable String fault(String hash, long size) {
    if (hash.length() != HASH_LENGTH) {
      return "digest hash has "
          + hash.length()
          + " characters, not "
          + HASH_LENGTH
          + (hash.isEmpty() ? " (is the digest unset?)" : "");
    }
    for (int i = 0; i < HASH_LENGTH; i++) {
      char c = hash.charAt(i);
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        return "digest hash is not lower-case hex";
      }
    }
    if (size < 0) {
      return "digest size " + size + " is negative";
    }
    // EMPTY is null only while it is made itself.
    if (EMPTY != null && (size == 0) != hash.equals(EMPTY.hash)) {
      return "digest " + hash + "/" + size + " pairs the empty blob's size or hash with another's";
    }
    return null;
  }
}
