// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What travels through a topic. One that does not leave its process is never encoded: its reader
 * finds what it was made of. Safe for concurrent use.
 */
public final class Message {
  /** What a message is made of. Never changes. */
  public interface Content {
    ByteString body();

    /** Small facts beside the body, by which subscriptions may filter. */
    Map<String, String> attributes();
  }

  private record Encoded(ByteString body, Map<String, String> attributes) implements Content {}

  private final Content content;
  private final Map<String, String> added;
  private final String key;
  private volatile @Nullable Encoded encoded;

  private Message(Content content, Map<String, String> added, String key) {
    this.content = content;
    this.added = Map.copyOf(added);
    this.key = key;
  }

  public Message(ByteString body, Map<String, String> attributes, String key) {
    this(new Encoded(body, Map.copyOf(attributes)), Map.of(), key);
  }

  /**
   * Of what is encoded when somebody wants its bytes.
   *
   * @param key messages with the same non-empty key arrive in the order of their publication; empty
   *     for no order
   */
  static Message of(Content content, String key) {
    return new Message(content, Map.of(), key);
  }

  /** The same with further attributes; its own win over those of the same names. */
  Message with(Map<String, String> further) {
    Map<String, String> all = new HashMap<>(further);
    all.putAll(added);
    return new Message(content, all, key);
  }

  /** What it was made of in this process, if that is of this type. */
  <T extends Content> Optional<T> content(Class<T> type) {
    return type.isInstance(content) ? Optional.of(type.cast(content)) : Optional.empty();
  }

  public ByteString body() {
    return encoded().body;
  }

  public Map<String, String> attributes() {
    return encoded().attributes;
  }

  /** The attributes that were added on its way; all, if it came from elsewhere. */
  public Map<String, String> added() {
    return content instanceof Encoded ? attributes() : added;
  }

  public String key() {
    return key;
  }

  private Encoded encoded() {
    Encoded known = encoded;
    if (known == null) {
      Map<String, String> attributes = new HashMap<>(added);
      attributes.putAll(content.attributes());
      known = new Encoded(content.body(), Map.copyOf(attributes));
      encoded = known;
    }
    return known;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Message message
        && encoded().equals(message.encoded())
        && key.equals(message.key);
  }

  @Override
  public int hashCode() {
    return Objects.hash(encoded(), key);
  }

  @Override
  public String toString() {
    return "Message[" + encoded() + ", key=" + key + "]";
  }
}
