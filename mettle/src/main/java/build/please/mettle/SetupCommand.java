// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.Count;
import build.please.common.cli.GoDuration;
import build.please.common.cli.LoggingOptions;
import build.please.common.cli.OneLine;
import build.please.common.cli.UsageException;
import build.please.common.cli.WholeNumber;
import build.please.mettle.pool.Match;
import build.please.mettle.pool.Pool;
import build.please.mettle.pool.Pools;
import build.please.mettle.queue.QueueUrl;
import build.please.mettle.setup.FleetFlags;
import build.please.mettle.setup.GcloudText;
import build.please.mettle.setup.Plan;
import build.please.mettle.setup.Planner;
import build.please.mettle.setup.PubsubAdmin;
import build.please.mettle.setup.Setup;
import build.please.mettle.setup.SetupConfig;
import build.please.mettle.setup.TerraformText;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code mettle setup}: makes what a fleet needs of Cloud Pub/Sub. */
@Command(
    name = "setup",
    description = {
      "Make the topics, subscriptions and permissions that API servers and workers need in Cloud "
          + "Pub/Sub.",
      "",
      "Says what it makes or changes, a line each. What is there already stays; a second run changes "
          + "nothing, and nothing is ever deleted. It uses application default credentials, or the "
          + "stand-in that PUBSUB_EMULATOR_HOST names.",
      "",
      "A shared subscription has the name of its topic; a pool's has -POOL after it, and that of an "
          + "API server the --response_queue_suffix.",
      "",
      "Exit code: 0 if everything is as it should be; 1 if something could not be made so.",
      ""
    })
final class SetupCommand implements Callable<Integer> {
  /** What to write instead of doing it. */
  enum Form {
    gcloud,
    terraform
  }

  private final LoggingOptions logging;
  private final Map<String, String> environment;
  private final Duration patience;
  private final PrintStream out;
  private final PrintStream err;

  @Option(
      names = {"-q", "--request_queue"},
      required = true,
      paramLabel = "URL",
      description =
          "The topic for requests: gcppubsub://projects/PROJECT/topics/TOPIC, or "
              + "gcppubsub://PROJECT/TOPIC for short.")
  private String requests = "";

  @Option(
      names = {"-r", "--response_queue"},
      required = true,
      paramLabel = "URL",
      description = "The topic for responses.")
  private String responses = "";

  @Option(
      names = "--batch_queue",
      paramLabel = "URL",
      description = "A second topic for requests, those that can wait (default: none).")
  private @Nullable String batch;

  @Option(
      names = "--dead_letter_queue",
      paramLabel = "URL",
      description =
          "The topic for requests that no worker could end (default: that for requests with -dead "
              + "after its name).")
  private @Nullable String deadLetters;

  @Option(
      names = "--replicas",
      paramLabel = "N",
      converter = Count.class,
      description = "How many API servers get a subscription to the responses (default: 1).")
  private int replicas = 1;

  @Option(
      names = "--response_queue_suffix",
      paramLabel = "PATTERN",
      description =
          "What follows the name of the response topic in the names of its subscriptions; %%d stands "
              + "for 0 to N - 1, as in the names of a StatefulSet's pods (default: -%%d).")
  private String suffix = "-" + SetupConfig.Responses.ORDINAL;

  @Option(
      names = "--ack_deadline",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description =
          "After so long without a word from its worker a request goes to another (default: 60s).")
  private Duration ackDeadline = Duration.ofSeconds(60);

  @Option(
      names = "--max_delivery_attempts",
      paramLabel = "N",
      converter = WholeNumber.class,
      description =
          "After so many deliveries, hand-backs among them, Pub/Sub puts a request away, should "
              + "workers not have done so long before; 5 to 100 (default: 100).")
  private int attempts = 100;

  @Option(
      names = "--retention",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description = "How long requests and dead letters wait (default: 168h, 7 days).")
  private Duration retention = Duration.ofDays(7);

  @Option(
      names = "--pool",
      paramLabel = "NAME[:TERM,...]",
      description =
          "Make the request subscription of these workers, which take the actions that the terms or "
              + "--match say, instead of the shared one; repeat for several pools. API servers want "
              + "the same flags.")
  private List<String> pools = List.of();

  @Option(
      names = "--match",
      paramLabel = "TERM",
      description =
          "NAME=VALUE, a platform property that the actions of the only --pool have, or !NAME for one "
              + "that they have not; repeat for several. One that is given twice has both values.")
  private List<String> match = List.of();

  @Option(
      names = "--project_number",
      paramLabel = "N",
      description =
          "The number of the project, by which Pub/Sub's own account is named; dead letters need its "
              + "permissions.")
  private @Nullable Long projectNumber;

  @Option(
      names = "--api_service_account",
      paramLabel = "EMAIL",
      description =
          "A service account of API servers, which gets what they need; repeat for several.")
  private List<String> apiAccounts = List.of();

  @Option(
      names = "--worker_service_account",
      paramLabel = "EMAIL",
      description = "A service account of workers; repeat for several.")
  private List<String> workerAccounts = List.of();

  @Option(
      names = "--print",
      paramLabel = "gcloud|terraform",
      description =
          "Touch nothing, and print what would make the same from nothing: commands for a shell, or "
              + "resources of Terraform's google provider.")
  private @Nullable Form form;

  /**
   * Reads no environment but this.
   *
   * @param patience how long one call may take
   */
  SetupCommand(
      LoggingOptions logging,
      Map<String, String> environment,
      Duration patience,
      PrintStream out,
      PrintStream err) {
    this.logging = logging;
    this.environment = environment;
    this.patience = patience;
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws IOException {
    logging.apply();
    SetupConfig config = config();
    Plan plan = Planner.plan(config);
    if (form != null) {
      out.print(form == Form.gcloud ? GcloudText.of(plan) : TerraformText.of(plan));
      out.flush();
      return 0;
    }
    String emulator = environment.getOrDefault("PUBSUB_EMULATOR_HOST", "");
    try (PubsubAdmin admin = PubsubAdmin.open(emulator, patience)) {
      Setup setup = new Setup(admin, this::tell);
      Plan made = setup.apply(plan);
      FleetFlags.of(config, made).forEach(this::tell);
      setup.problems().forEach(problem -> err.println("mettle: " + problem));
      err.flush();
      return setup.problems().isEmpty() ? 0 : 1;
    }
  }

  private void tell(String line) {
    out.println(line);
    out.flush();
  }

  private SetupConfig config() {
    try {
      String requestTopic = topic(requests);
      return new SetupConfig(
          new SetupConfig.Topics(
              requestTopic,
              Optional.ofNullable(batch).map(SetupCommand::topic),
              topic(responses),
              deadLetters == null ? requestTopic + "-dead" : topic(deadLetters)),
          new SetupConfig.Responses(replicas, suffix),
          new SetupConfig.Rules(ackDeadline, attempts, retention),
          pools(),
          new SetupConfig.Accounts(
              Optional.ofNullable(projectNumber), members(apiAccounts), members(workerAccounts)));
    } catch (IllegalArgumentException e) {
      throw new UsageException(OneLine.of(e));
    }
  }

  private Pools pools() {
    if (match.isEmpty()) {
      return Pools.parse(pools);
    }
    if (pools.size() != 1 || pools.get(0).contains(":")) {
      throw new UsageException("--match is for one --pool without terms of its own");
    }
    return new Pools(List.of(new Pool(pools.get(0), Match.parse(match))));
  }

  private static String topic(String url) {
    QueueUrl parsed = QueueUrl.parse(url);
    if (!parsed.scheme().equals(QueueUrl.PUBSUB)) {
      throw new UsageException("'" + url + "' needs no setup; only gcppubsub:// does");
    }
    parsed.refuseAllBut(Set.of());
    return parsed.pubsubName("topics");
  }

  /** Principals of other kinds are given in full. */
  private static List<String> members(List<String> accounts) {
    UnaryOperator<String> member = one -> one.contains(":") ? one : "serviceAccount:" + one;
    return accounts.stream().map(member).toList();
  }
}
