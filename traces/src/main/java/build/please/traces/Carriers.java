// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import io.grpc.Metadata;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How what names a span is read from and written to what travels. */
final class Carriers {
  static final TextMapGetter<Metadata> FROM_HEADERS =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Metadata headers) {
          return headers.keys();
        }

        @Override
        public @Nullable String get(@Nullable Metadata headers, String name) {
          return headers == null ? null : headers.get(key(name));
        }
      };

  static final TextMapSetter<Metadata> TO_HEADERS =
      (headers, name, value) -> {
        if (headers != null) {
          // Whoever forwards a client's headers has those of the client's span among them.
          headers.discardAll(key(name));
          headers.put(key(name), value);
        }
      };

  static final TextMapGetter<Map<String, String>> FROM_MAP =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> map) {
          return map.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> map, String name) {
          return map == null ? null : map.get(name);
        }
      };

  static final TextMapSetter<Map<String, String>> TO_MAP =
      (map, name, value) -> {
        if (map != null) {
          map.put(name, value);
        }
      };

  private Carriers() {}

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER);
  }
}
