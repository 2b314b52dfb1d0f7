// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.MalformedException;
import build.please.proto.execution.ActionResult;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.zip.CRC32C;

/**
 * An action result as it is stored: a checksum, then the message. The beginning of a message is
 * often a message itself, so that a result which a power cut has shortened would look like one that
 * has fewer outputs.
 *
 * <p>The checksum is a field of the message that the API does not have; others who read the store
 * pass it over. Results that they wrote have none.
 */
final class SealedResult {
  /** Far from what the API will ever use. */
  private static final int CHECKSUM = 20_260_728;

  private static final ByteString TAG = tag();
  private static final int HEADER = TAG.size() + Integer.BYTES;

  private SealedResult() {}

  static ByteString of(ActionResult result) {
    ByteString message = result.toByteString();
    return TAG.concat(littleEndian(checksum(message))).concat(message);
  }

  /** Whether a change to what is stored would be noticed. */
  static boolean isSealed(ByteString stored) {
    return stored.size() >= HEADER && stored.startsWith(TAG);
  }

  /**
   * The result that is stored.
   *
   * @throws MalformedException if it is not what was written
   * @throws InvalidProtocolBufferException if it is no result
   */
  static ActionResult open(ByteString stored)
      throws MalformedException, InvalidProtocolBufferException {
    if (!isSealed(stored)) {
      return ActionResult.parseFrom(stored);
    }
    ByteString message = stored.substring(HEADER);
    if (!stored.substring(TAG.size(), HEADER).equals(littleEndian(checksum(message)))) {
      throw new MalformedException("its checksum is wrong");
    }
    return ActionResult.parseFrom(message);
  }

  private static int checksum(ByteString bytes) {
    CRC32C sum = new CRC32C();
    bytes.asReadOnlyByteBufferList().forEach(sum::update);
    return (int) sum.getValue();
  }

  private static ByteString littleEndian(int value) {
    return ByteString.copyFrom(
        new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)});
  }

  private static ByteString tag() {
    ByteString.Output tag = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(tag);
    try {
      out.writeTag(CHECKSUM, WireFormat.WIRETYPE_FIXED32);
      out.flush();
    } catch (IOException neverInMemory) {
      throw new AssertionError(neverInMemory);
    }
    return tag.toByteString();
  }
}
