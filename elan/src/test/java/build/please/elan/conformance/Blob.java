// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes and the names that they have. */
record Blob(Digest digest, ByteString bytes) {
  static Blob of(byte[] bytes) {
    return new Blob(Digest.of(bytes), ByteString.copyFrom(bytes));
  }

  static Blob of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  static Blob of(MessageLite message) {
    return new Blob(Digest.of(message), message.toByteString());
  }

  /** The same bytes under their other name. */
  Blob blake3() {
    return new Blob(Digest.of(HashFunction.BLAKE3, bytes), bytes);
  }

  /** What has the same hash under another function: another blob. */
  Blob misnamed() {
    HashFunction other =
        digest.function() == HashFunction.SHA256 ? HashFunction.BLAKE3 : HashFunction.SHA256;
    return new Blob(new Digest(other, digest.hash(), digest.size()), bytes);
  }

  /** The number of its function in requests; unset for SHA-256. */
  int function() {
    return digest.function().toRequest().getNumber();
  }

  int size() {
    return bytes.size();
  }

  build.please.proto.execution.Digest proto() {
    return digest.toProto();
  }

  ByteString packed() {
    return ByteString.copyFrom(Zstd.compress(bytes.toByteArray()));
  }

  ByteString part(int from, int to) {
    return bytes.substring(from, to);
  }

  ByteString from(int from) {
    return bytes.substring(from);
  }

  String readName() {
    return "blobs/" + digest;
  }

  String packedReadName() {
    return "compressed-blobs/zstd/" + digest;
  }

  String uploadName() {
    return uploadName("a-uuid");
  }

  String uploadName(String uuid) {
    return "uploads/" + uuid + "/" + readName();
  }

  String packedUploadName() {
    return "uploads/a-uuid/" + packedReadName();
  }

  String key() {
    return key("cas");
  }

  String packedKey() {
    return key("zstd_cas");
  }

  /** As an action's. */
  String actionKey() {
    return key("ac");
  }

  private String key(String kind) {
    String hash = digest.hash();
    String parent = digest.function() == HashFunction.BLAKE3 ? "blake3/" : "";
    return parent + kind + "/" + hash.substring(0, 2) + "/" + hash;
  }

  /** Of the same length, with one bit changed. */
  byte[] corrupted() {
    byte[] copy = bytes.toByteArray();
    copy[copy.length / 2] ^= 1;
    return copy;
  }

  byte[] truncated() {
    return Arrays.copyOf(bytes.toByteArray(), size() - 1);
  }
}
