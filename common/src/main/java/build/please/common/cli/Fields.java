// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/** What a line of the log says in fields of its own beside its message. */
final class Fields {
  private Fields() {}

  /** In the order in which they were added; names are ours, values may be a client's words. */
  static List<KeyValuePair> of(ILoggingEvent event) {
    @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
    return pairs == null ? List.of() : pairs;
  }
}
