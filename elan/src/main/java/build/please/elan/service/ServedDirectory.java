// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.Digest;
import build.please.common.cas.Directories;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.GetTreeResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import java.util.ArrayList;
import java.util.List;

/**
 * A Directory as an answer of GetTree holds it: its stored bytes, behind what says that they are
 * one of {@code directories}.
 *
 * @param field what stands in the answer
 * @param children the Directories directly below it
 */
record ServedDirectory(ByteString field, List<Digest> children) {
  private static final int TAG =
      GetTreeResponse.DIRECTORIES_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  /** The empty one, which every store holds under each function. */
  static final ServedDirectory EMPTY = new ServedDirectory(field(ByteString.EMPTY), List.of());

  ServedDirectory {
    children = List.copyOf(children);
  }

  /**
   * That of a blob.
   *
   * @throws MalformedException as {@link Directories#parse}
   */
  static ServedDirectory of(Digest digest, ByteString bytes) throws MalformedException {
    Directory directory = Directories.parse(digest, bytes);
    List<Digest> children = new ArrayList<>(directory.getDirectoriesCount());
    for (DirectoryNode child : directory.getDirectoriesList()) {
      children.add(Digest.parse(digest.function(), child.getDigest()));
    }
    return new ServedDirectory(field(bytes), children);
  }

  /** In one array, so that a page is written in few steps. */
  private static ByteString field(ByteString bytes) {
    int head =
        CodedOutputStream.computeUInt32SizeNoTag(TAG)
            + CodedOutputStream.computeUInt32SizeNoTag(bytes.size());
    byte[] field = new byte[head + bytes.size()];
    int at = varint(field, varint(field, 0, TAG), bytes.size());
    bytes.copyTo(field, at);
    return UnsafeByteOperations.unsafeWrap(field);
  }

  private static int varint(byte[] to, int at, int value) {
    int next = at;
    int rest = value;
    for (; (rest & ~0x7f) != 0; rest >>>= 7) {
      to[next++] = (byte) (rest | 0x80);
    }
    to[next++] = (byte) rest;
    return next;
  }
}
