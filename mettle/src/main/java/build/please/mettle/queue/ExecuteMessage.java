// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.ExecuteRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request to run an action, on its way from an API server to a worker.
 *
 * <p>The body is the client's {@link ExecuteRequest} and nothing else, as in please-servers. What
 * we add are attributes, which a reader of either kind may miss or ignore.
 *
 * @param queuedAt when the action entered the queue; the epoch if the sender did not say
 * @param run tells apart the runs of an action that must not be merged (EXE-22); empty for all
 *     others
 * @param server the API server that it comes from; empty if the sender did not say
 * @param pool whose workers take it; empty if the sender did not say
 */
public record ExecuteMessage(
    ExecuteRequest request, Instant queuedAt, String run, String server, String pool) {
  /** Those that an action and all it names may be named by (GEN-09), the usual one first. */
  public static final List<HashFunction> FUNCTIONS = List.of(HashFunction.SHA256);

  /** Characters; responses have it as their key, which Pub/Sub limits to 1024 bytes. */
  private static final int LONGEST_OPERATION = 256;

  static final String QUEUED_AT = "build.please.mettle.queued_at";
  static final String RUN = "build.please.mettle.run";
  static final String SERVER = "build.please.mettle.api";
  static final String POOL = "build.please.mettle.pool";

  /** From no server in particular, for any worker. */
  public ExecuteMessage(ExecuteRequest request, Instant queuedAt, String run) {
    this(request, queuedAt, run, "", "");
  }

  /**
   * Checks that the request's digests are of a function that actions may use.
   *
   * @throws MalformedException if not, naming those that they may use (GEN-07)
   */
  public static void checkFunction(ExecuteRequest request) throws MalformedException {
    HashFunction.parse(request.getDigestFunctionValue(), FUNCTIONS);
  }

  /**
   * The operation's name, from which every replica finds the job: the action's hash, or {@code
   * hash/run}.
   */
  public String operation() {
    String hash = request.getActionDigest().getHash();
    return run.isEmpty() ? hash : hash + "/" + run;
  }

  /** Whether it can wait for what is more urgent, as its client says (EXE-24). */
  public boolean isBatch() {
    return request.getExecutionPolicy().getPriority() > 0;
  }

  /** Where it waits. */
  public Lane lane() {
    return Lane.of(pool, isBatch());
  }

  public Message toMessage() {
    return toMessage(Map.of());
  }

  /**
   * As {@link #toMessage()}.
   *
   * @param platform further attributes, by which subscriptions may select requests; ours win over
   *     those of the same names
   */
  public Message toMessage(Map<String, String> platform) {
    return Message.of(new Outgoing(this, platform), "");
  }

  /** A request as it is sent, with what its action asks of its worker. */
  private record Outgoing(ExecuteMessage message, Map<String, String> platform)
      implements Message.Content {
    @Override
    public ByteString body() {
      return message.request.toByteString();
    }

    @Override
    public Map<String, String> attributes() {
      Map<String, String> attributes = new HashMap<>(platform);
      attributes.put(QUEUED_AT, message.queuedAt.toString());
      if (!message.run.isEmpty()) {
        attributes.put(RUN, message.run);
      }
      if (!message.server.isEmpty()) {
        attributes.put(SERVER, message.server);
      }
      if (!message.pool.isEmpty()) {
        attributes.put(POOL, message.pool);
      }
      return attributes;
    }
  }

  /**
   * Reads a message from any sender. Attributes that it does not know are ignored.
   *
   * @throws InvalidProtocolBufferException if the body is no ExecuteRequest or names no action: it
   *     is no better the next time, and nobody can be told of it
   */
  public static ExecuteMessage parse(Message message) throws InvalidProtocolBufferException {
    Optional<Outgoing> ours = message.content(Outgoing.class);
    return check(ours.isPresent() ? ours.get().message : decode(message));
  }

  private static ExecuteMessage decode(Message message) throws InvalidProtocolBufferException {
    return new ExecuteMessage(
        ExecuteRequest.parseFrom(message.body()),
        instant(message.attributes().getOrDefault(QUEUED_AT, "")),
        message.attributes().getOrDefault(RUN, ""),
        message.attributes().getOrDefault(SERVER, ""),
        message.attributes().getOrDefault(POOL, ""));
  }

  private static ExecuteMessage check(ExecuteMessage read) throws InvalidProtocolBufferException {
    if (read.request.getActionDigest().getHash().isEmpty()) {
      throw new InvalidProtocolBufferException("a request that names no action");
    }
    if (read.operation().length() > LONGEST_OPERATION) {
      throw new InvalidProtocolBufferException("a request whose action has an endless name");
    }
    return read;
  }

  static Instant instant(String text) {
    try {
      return text.isEmpty() ? Instant.EPOCH : Instant.parse(text);
    } catch (DateTimeException foreign) {
      // Somebody else's idea of this attribute: as if it were absent.
      return Instant.EPOCH;
    }
  }
}
