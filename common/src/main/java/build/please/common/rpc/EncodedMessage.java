// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * A message as it travels, put together from bytes that are at hand, so that nobody need parse them
 * only to write them again.
 *
 * @param pieces whose bytes, one after the other, are the message
 * @param length of all of them
 */
public record EncodedMessage(List<ByteString> pieces, int length) {
  public EncodedMessage {
    pieces = List.copyOf(pieces);
  }

  void writeTo(OutputStream out) throws IOException {
    for (ByteString piece : pieces) {
      piece.writeTo(out);
    }
  }
}
