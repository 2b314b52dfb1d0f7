// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.slf4j.event.KeyValuePair;

/** {@code 15:04:05.000 LEVEL: message field="value"}, and the stack below if there is one. */
final class TextLayout extends LayoutBase<ILoggingEvent> {
  private static final Map<Level, String> COLOURS =
      Map.of(
          Level.ERROR, "\033[31m",
          Level.WARN, "\033[33m",
          Level.INFO, "\033[32m",
          Level.DEBUG, "\033[36m");

  private static final String RESET = "\033[0m";

  private final DateTimeFormatter time =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

  private final Map<Level, String> colours;

  private TextLayout(Map<Level, String> colours) {
    this.colours = colours;
  }

  static TextLayout plain() {
    return new TextLayout(Map.of());
  }

  static TextLayout coloured() {
    return new TextLayout(COLOURS);
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    String colour = colours.getOrDefault(event.getLevel(), "");
    StringBuilder line = new StringBuilder(128);
    time.formatTo(event.getInstant(), line);
    line.append(' ')
        .append(colour)
        .append(event.getLevel() == Level.WARN ? "WARNING" : event.getLevel().toString())
        .append(colour.isEmpty() ? "" : RESET)
        .append(": ")
        .append(event.getFormattedMessage());
    for (KeyValuePair pair : Fields.of(event)) {
      line.append(' ').append(pair.key).append("=\"");
      line.append(OneLine.of(String.valueOf(pair.value)).replace('"', '\''));
      line.append('"');
    }
    line.append('\n');
    if (event.getThrowableProxy() != null) {
      line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return line.toString();
  }
}
