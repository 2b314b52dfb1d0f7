// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes out of a queue is read, or refused in a way that its reader can act upon. */
final class BadMessageTest {
  private static final ByteString REQUEST =
      Wire.bytes(6, Wire.message(Wire.text(1, "ab".repeat(32)), Wire.number(2, 1)));

  /** Garbage, a length beyond the end, a group that never ends, text. */
  @ParameterizedTest
  @ValueSource(strings = {"\u00ff", "\n\u007f", "\u000b", "{\"action\": 1}"})
  void noProto_isRefusedByBoth(String body) {
    Message message = new Message(ByteString.copyFromUtf8(body), Map.of(), "");
    assertThrows(InvalidProtocolBufferException.class, () -> ExecuteMessage.parse(message));
    assertThrows(InvalidProtocolBufferException.class, () -> ResponseMessage.parse(message));
  }

  @Test
  void nothing_isRefusedOrSaysNothing() throws Exception {
    Message message = new Message(ByteString.EMPTY, Map.of(), "");
    InvalidProtocolBufferException e =
        assertThrows(InvalidProtocolBufferException.class, () -> ExecuteMessage.parse(message));
    assertEquals("a request that names no action", e.getMessage());
    ResponseMessage response = ResponseMessage.parse(message);
    assertThrows(
        InvalidProtocolBufferException.class,
        () -> ExecuteOperation.metadata(response.operation()));
  }

  @Test
  void tenMegabytes_areReadOrRefused() throws Exception {
    ByteString noise = ByteString.copyFrom(new byte[10_000_000]);
    Message garbage = new Message(noise, Map.of(), "");
    assertThrows(InvalidProtocolBufferException.class, () -> ExecuteMessage.parse(garbage));
    Message padded = new Message(REQUEST.concat(Wire.bytes(99, noise)), Map.of(), "");
    assertEquals("ab".repeat(32), ExecuteMessage.parse(padded).operation());
  }

  @Test
  void attributes_unknownOrNonsense_areIgnored() throws Exception {
    Map<String, String> attributes =
        Map.of(
            "build.please.mettle.queued_at", "yesterday",
            "googclient_schemaencoding", "JSON",
            "", "x".repeat(1024));
    ExecuteMessage read = ExecuteMessage.parse(new Message(REQUEST, attributes, "a key"));
    assertEquals(Instant.EPOCH, read.queuedAt());
    assertTrue(read.run().isEmpty());
    assertEquals(
        Instant.EPOCH,
        ResponseMessage.parse(new Message(ByteString.EMPTY, attributes, "")).queuedAt());
  }
}
