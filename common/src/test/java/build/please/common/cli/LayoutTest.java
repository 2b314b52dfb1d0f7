// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/** Lines with fields of their own. */
final class LayoutTest {
  private static LoggingEvent event(String name, Object value) {
    return event(name, value, Map.of());
  }

  private static LoggingEvent event(String name, Object value, Map<String, String> context) {
    LoggingEvent event = event(context);
    event.addKeyValuePair(new KeyValuePair("peer", "/127.0.0.1:1"));
    event.addKeyValuePair(new KeyValuePair(name, value));
    return event;
  }

  private static LoggingEvent event(Map<String, String> context) {
    LoggingEvent event = new LoggingEvent();
    event.setMDCPropertyMap(context);
    event.setInstant(Instant.parse("2026-11-25T04:05:06.007Z"));
    event.setLevel(Level.INFO);
    event.setLoggerName("module");
    event.setThreadName("thread");
    event.setMessage("message");
    return event;
  }

  @Test
  void json_fieldsAreFields() {
    assertEquals(
        "{\"time\":\"2026-11-25T04:05:06.007Z\",\"level\":\"info\",\"module\":\"module\","
            + "\"thread\":\"thread\",\"msg\":\"message\",\"peer\":\"/127.0.0.1:1\","
            + "\"digest\":\"abc/7\"}\n",
        new JsonLayout().doLayout(event("digest", "abc/7")));
  }

  @Test
  void json_hostileValue_isEscaped() {
    assertTrue(
        new JsonLayout()
            .doLayout(event("tool", "a\"},\n{\"b\\\ud800"))
            .endsWith(",\"tool\":\"a\\\"},\\n{\\\"b\\\\\\ud800\"}\n"));
  }

  @Test
  void text_fieldsFollowTheMessage() {
    assertTrue(
        TextLayout.plain()
            .doLayout(event("digest", "abc/7"))
            .endsWith(" INFO: message peer=\"/127.0.0.1:1\" digest=\"abc/7\"\n"));
  }

  @Test
  void text_hostileValue_staysAValueOnOneLine() {
    assertTrue(
        TextLayout.plain()
            .doLayout(event("tool", "a\" digest=\"forged\n12:00:00.000 ERROR: forged\u001b[2J"))
            .endsWith(" tool=\"a' digest='forged 12:00:00.000 ERROR: forged?[2J\"\n"));
  }

  @Test
  void without_fields_nothingIsAdded() {
    LoggingEvent event = event(Map.of());
    assertTrue(TextLayout.plain().doLayout(event).endsWith(" INFO: message\n"));
    assertTrue(new JsonLayout().doLayout(event).endsWith(",\"msg\":\"message\"}\n"));
  }

  @Test
  void json_traceIsAField() {
    LoggingEvent event = event("digest", "abc/7", Map.of("trace_id", "0af7"));
    assertTrue(
        new JsonLayout()
            .doLayout(event)
            .endsWith(",\"digest\":\"abc/7\",\"trace_id\":\"0af7\"}\n"));
    assertTrue(TextLayout.plain().doLayout(event).endsWith(" digest=\"abc/7\"\n"));
  }
}
