// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import com.google.protobuf.ByteString;
import java.util.Comparator;

/** The order that canonical messages want: by bytes of UTF-8, not by UTF-16 units (DIR-03). */
final class Utf8Order {
  static final Comparator<String> INSTANCE =
      Comparator.comparing(
          ByteString::copyFromUtf8, ByteString.unsignedLexicographicalComparator());

  private Utf8Order() {}
}
