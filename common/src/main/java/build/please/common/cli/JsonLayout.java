// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;

/**
 * One JSON object per line with the reference's names: time, level, module, msg; then the line's
 * own fields, if it has any, and those of what its thread was doing, such as the trace; error holds
 * the stack. The reference's file and func are left out: finding them costs more than the line.
 */
final class JsonLayout extends LayoutBase<ILoggingEvent> {
  private final DateTimeFormatter time =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneOffset.UTC);

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(256).append('{');
    field(line, "time", time.format(event.getInstant()));
    field(line, "level", level(event.getLevel()));
    field(line, "module", event.getLoggerName());
    field(line, "thread", event.getThreadName());
    field(line, "msg", event.getFormattedMessage());
    for (KeyValuePair pair : Fields.of(event)) {
      field(line, pair.key, String.valueOf(pair.value));
    }
    event.getMDCPropertyMap().forEach((name, value) -> field(line, name, value));
    if (event.getThrowableProxy() != null) {
      field(line, "error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return line.append("}\n").toString();
  }

  private static String level(Level level) {
    return level == Level.WARN ? "warning" : level.toString().toLowerCase(Locale.ROOT);
  }

  private static void field(StringBuilder line, String name, String value) {
    line.append(line.length() > 1 ? ",\"" : "\"").append(name).append("\":\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> line.append("\\\"");
        case '\\' -> line.append("\\\\");
        case '\n' -> line.append("\\n");
        case '\t' -> line.append("\\t");
        default -> {
          if (c < ' ' || (Character.isSurrogate(c) && !paired(value, i))) {
            line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
    line.append('"');
  }

  private static boolean paired(String value, int i) {
    return Character.isHighSurrogate(value.charAt(i))
        ? i + 1 < value.length() && Character.isLowSurrogate(value.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(value.charAt(i - 1));
  }
}
