// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.UsageException;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which queues; legal before and after the command, where please-servers v1.2.0 had them. */
final class QueueOptions {
  @Option(
      names = {"-q", "--request_queue"},
      paramLabel = "URL",
      description =
          "Where actions are requested: gcppubsub://projects/PROJECT/topics/TOPIC for an API server, "
              + "the same with subscriptions for a worker (env API_REQUEST_QUEUE, "
              + "WORKER_REQUEST_QUEUE).")
  private @Nullable String requests;

  @Option(
      names = "--batch_queue",
      paramLabel = "URL",
      description =
          "As --request_queue, for actions whose execution_policy has a priority above 0, which "
              + "workers take when there is nothing else, or each fifth time (default: none, such "
              + "actions go with the others; env API_BATCH_QUEUE, WORKER_BATCH_QUEUE).")
  private @Nullable String batchRequests;

  @Option(
      names = {"-r", "--response_queue"},
      paramLabel = "URL",
      description =
          "Where workers say how actions are: a subscription of its own for each API server, the "
              + "topic for a worker (env API_RESPONSE_QUEUE, WORKER_RESPONSE_QUEUE).")
  private @Nullable String responses;

  @Option(
      names = "--response_queue_suffix",
      paramLabel = "TEXT",
      description =
          "Put behind the name in --response_queue, so that each API server can have its own (env "
              + "API_RESPONSE_QUEUE_SUFFIX, RESPONSE_QUEUE_SUFFIX).")
  private @Nullable String suffix;

  /**
   * Which queues a server uses.
   *
   * @param batch where requests go that can wait; empty if that is nowhere else
   * @param suffix of this server, empty if it has none
   */
  record Urls(String requests, String batch, String responses, String suffix) {
    private static final String MESSAGES = "max_recv_batch_size=";

    /** The same, asking for so many responses at once unless the URL says. */
    Urls withBatch(int messages) {
      if (!responses.startsWith("gcppubsub://") || responses.contains(MESSAGES)) {
        return this;
      }
      String separator = responses.contains("?") ? "&" : "?";
      return new Urls(requests, batch, responses + separator + MESSAGES + messages, suffix);
    }
  }

  /**
   * What was said here, or else before the command, or else in the environment.
   *
   * @param before the options before the command
   * @param prefix of the variables
   * @throws UsageException if a queue is missing
   */
  Urls toUrls(QueueOptions before, Map<String, String> environment, String prefix) {
    String last =
        first(
            suffix,
            before.suffix,
            environment.get(prefix + "_RESPONSE_QUEUE_SUFFIX"),
            environment.get("RESPONSE_QUEUE_SUFFIX"));
    return new Urls(
        required(
            "request_queue", prefix + "_REQUEST_QUEUE", environment, requests, before.requests),
        first(batchRequests, before.batchRequests, environment.get(prefix + "_BATCH_QUEUE")),
        withSuffix(
            required(
                "response_queue",
                prefix + "_RESPONSE_QUEUE",
                environment,
                responses,
                before.responses),
            last),
        last);
  }

  /**
   * Lets a server that has its queues in its own memory be told so.
   *
   * @throws UsageException if other queues are named
   */
  void checkInMemory(QueueOptions before) {
    Stream.of(
            requests,
            before.requests,
            batchRequests,
            before.batchRequests,
            responses,
            before.responses)
        .filter(url -> url != null && !url.isEmpty() && !url.startsWith("mem://"))
        .findFirst()
        .ifPresent(
            url -> {
              throw new UsageException(
                  "dual keeps its queues in memory and cannot use "
                      + url
                      + "; 'mettle api' and 'mettle worker' can");
            });
  }

  private static String required(
      String flag, String variable, Map<String, String> environment, @Nullable String... given) {
    String url = first(first(given), environment.get(variable));
    if (url.isEmpty()) {
      throw new UsageException(
          "Missing required option: '--" + flag + "=URL' (env " + variable + ")");
    }
    return url;
  }

  private static String withSuffix(String url, String suffix) {
    int end = url.indexOf('?');
    return end < 0 ? url + suffix : url.substring(0, end) + suffix + url.substring(end);
  }

  /** An empty text, as an empty variable gives it, is none. */
  private static String first(@Nullable String... texts) {
    for (@Nullable String text : texts) {
      if (text != null && !text.isEmpty()) {
        return text;
      }
    }
    return "";
  }
}
