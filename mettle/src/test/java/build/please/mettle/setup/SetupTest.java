// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.mettle.pool.Match;
import build.please.mettle.pool.Pool;
import build.please.mettle.pool.Pools;
import build.please.mettle.setup.PlannedSubscription.DeadLetters;
import build.please.mettle.setup.PlannedSubscription.Order;
import com.google.iam.v1.Binding;
import com.google.iam.v1.Policy;
import com.google.pubsub.v1.Subscription;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over the client of Cloud Pub/Sub and a fake of the service. */
@Timeout(60)
final class SetupTest {
  private static final String TOPICS = "projects/p/topics/";
  private static final String SUBSCRIPTIONS = "projects/p/subscriptions/";

  private final FakeAdmin pubsub;
  private final PubsubAdmin admin;
  private final List<String> said = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  SetupTest() throws IOException {
    pubsub = new FakeAdmin();
    admin = PubsubAdmin.open(pubsub.address(), Duration.ofSeconds(10));
  }

  @AfterEach
  void stop() throws InterruptedException {
    admin.close();
    pubsub.stop();
  }

  private static SetupConfig config(Pools pool) {
    return new SetupConfig(
        new SetupConfig.Topics(
            TOPICS + "q", Optional.of(TOPICS + "b"), TOPICS + "r", TOPICS + "dead"),
        new SetupConfig.Responses(2, "-%d"),
        new SetupConfig.Rules(Duration.ofSeconds(60), 100, Duration.ofDays(7)),
        pool,
        new SetupConfig.Accounts(
            Optional.of(42L), List.of("serviceAccount:api@x"), List.of("serviceAccount:worker@x")));
  }

  private static Pools pool(String... terms) {
    return new Pools(List.of(new Pool("fast", Match.parse(List.of(terms)))));
  }

  private Plan setUp(Pools pool) throws IOException {
    return setUp(config(pool));
  }

  private Plan setUp(SetupConfig config) throws IOException {
    said.clear();
    problems.clear();
    Setup setup = new Setup(admin, said::add);
    Plan plan = setup.apply(Planner.plan(config));
    problems.addAll(setup.problems());
    return plan;
  }

  private PlannedSubscription there(String name) throws IOException {
    return admin.subscription(SUBSCRIPTIONS + name).orElseThrow();
  }

  private Subscription stored(String name) {
    return Objects.requireNonNull(pubsub.subscriptions.get(SUBSCRIPTIONS + name));
  }

  private void expectNothingChanged() {
    assertEquals(List.of(), pubsub.changes);
    assertEquals(
        List.of("everything is there already; nothing was changed"),
        said.stream().filter(line -> !line.contains("twice")).toList());
    assertEquals(List.of(), problems);
  }

  @Test
  void apply_onNothing_makesEverything() throws IOException {
    setUp(Pools.NONE);
    assertEquals(Set.of(TOPICS + "q", TOPICS + "b", TOPICS + "r", TOPICS + "dead"), pubsub.topics);
    for (String requests : List.of("q", "b")) {
      assertEquals(
          new PlannedSubscription(
              SUBSCRIPTIONS + requests,
              TOPICS + requests,
              Order.ANY,
              Duration.ofSeconds(60),
              Duration.ofDays(7),
              Optional.empty(),
              Optional.of(new DeadLetters(TOPICS + "dead", 100)),
              ""),
          there(requests));
    }
    for (String responses : List.of("r-0", "r-1")) {
      assertEquals(Order.KEPT, there(responses).order());
      assertEquals(Optional.of(Duration.ofDays(1)), there(responses).expiry());
      assertEquals(Optional.empty(), there(responses).deadLetters());
    }
    assertEquals(Optional.empty(), there("dead").expiry());
    assertEquals(5, pubsub.subscriptions.size());
    assertTrue(said.contains("made " + SUBSCRIPTIONS + "r-1"), said::toString);
  }

  @Test
  void apply_again_changesNothing_andSaysSo() throws IOException {
    setUp(Pools.NONE);
    pubsub.changes.clear();
    setUp(Pools.NONE);
    expectNothingChanged();
  }

  @Test
  void apply_grantsWhatEachNeeds_andNoMore() throws IOException {
    setUp(Pools.NONE);
    String own = "serviceAccount:service-42@gcp-sa-pubsub.iam.gserviceaccount.com";
    String api = "serviceAccount:api@x";
    String worker = "serviceAccount:worker@x";
    assertEquals(List.of(api), pubsub.members(TOPICS + "q", Grant.PUBLISHER));
    assertEquals(List.of(own, worker), pubsub.members(SUBSCRIPTIONS + "q", Grant.SUBSCRIBER));
    assertEquals(List.of(own, worker), pubsub.members(SUBSCRIPTIONS + "b", Grant.SUBSCRIBER));
    assertEquals(List.of(api), pubsub.members(SUBSCRIPTIONS + "r-1", Grant.SUBSCRIBER));
    assertEquals(List.of(api, worker), pubsub.members(TOPICS + "r", Grant.PUBLISHER));
    assertEquals(List.of(own, api, worker), pubsub.members(TOPICS + "dead", Grant.PUBLISHER));
    assertEquals(List.of(api), pubsub.members(SUBSCRIPTIONS + "dead", Grant.SUBSCRIBER));
    assertEquals(List.of(worker), pubsub.members(SUBSCRIPTIONS + "q", Grant.VIEWER));
  }

  @Test
  void apply_keepsTheGrantsOfOthers() throws IOException {
    Binding others = Binding.newBuilder().setRole(Grant.PUBLISHER).addMembers("user:a@b").build();
    pubsub.policies.put(TOPICS + "q", Policy.newBuilder().addBindings(others).build());
    setUp(Pools.NONE);
    assertEquals(
        List.of("user:a@b", "serviceAccount:api@x"), pubsub.members(TOPICS + "q", Grant.PUBLISHER));
  }

  @Test
  void apply_whereThereIsNoIam_saysSoInOneLine_andGoesOn() throws IOException {
    pubsub.refuse("GetIamPolicy", Status.UNIMPLEMENTED);
    setUp(Pools.NONE);
    assertEquals(1, said.stream().filter(line -> line.contains("no permissions here")).count());
    assertEquals(5, pubsub.subscriptions.size());
    assertEquals(List.of(), problems);
  }

  @Test
  void apply_changesWhatDiffersAndCanBe_andNamesBoth() throws IOException {
    setUp(Pools.NONE);
    Subscription.Builder other = stored("q").toBuilder();
    other.clearDeadLetterPolicy().setAckDeadlineSeconds(10).putLabels("team", "build");
    other.getExpirationPolicyBuilder().getTtlBuilder().setSeconds(31 * 86_400);
    pubsub.subscriptions.put(other.getName(), other.build());
    setUp(Pools.NONE);
    assertEquals(
        List.of(
            "changed projects/p/subscriptions/q: ack deadline 10 s to ack deadline 60 s,"
                + " expiry 2678400 s to expiry never,"
                + " no dead letters to dead letters to projects/p/topics/dead after 100 attempts"),
        said);
    assertEquals(Optional.empty(), there("q").expiry());
    Subscription now = stored("q");
    assertEquals("build", now.getLabelsOrThrow("team"));
    assertFalse(now.getExpirationPolicy().hasTtl());
  }

  @Test
  void apply_saysWhatDiffersAndCannotBeChanged_inOneLine() throws IOException {
    setUp(Pools.NONE);
    Subscription.Builder other = stored("r-1").toBuilder();
    pubsub.subscriptions.put(other.getName(), other.setEnableMessageOrdering(false).build());
    setUp(Pools.NONE);
    assertEquals(
        List.of(
            "projects/p/subscriptions/r-1 has no ordering and should have message ordering, which"
                + " Pub/Sub does not let one change: delete it when nobody uses it, and set up"
                + " again"),
        problems);
  }

  @Test
  void pool_getsAFilteredSubscriptionInsteadOfTheSharedOne() throws IOException {
    setUp(pool("os=linux"));
    assertEquals("attributes.os = \"linux\"", there("q-fast").filter());
    assertEquals("attributes.os = \"linux\"", there("b-fast").filter());
    assertEquals(Optional.empty(), admin.subscription(SUBSCRIPTIONS + "q"));
    assertEquals(
        List.of(
            "serviceAccount:service-42@gcp-sa-pubsub.iam.gserviceaccount.com",
            "serviceAccount:worker@x"),
        pubsub.members(SUBSCRIPTIONS + "q-fast", Grant.SUBSCRIBER));
  }

  @Test
  void pool_withAnotherMatch_getsANewSubscription_once() throws IOException {
    setUp(pool("os=linux"));
    Plan plan = setUp(pool("os=linux", "cpu=arm"));
    String name = plan.subscriptions().get(0).name();
    assertTrue(name.matches("projects/p/subscriptions/q-fast-[0-9a-f]{8}"), name);
    String filter = "attributes.cpu = \"arm\" AND attributes.os = \"linux\"";
    assertEquals(filter, admin.subscription(name).orElseThrow().filter());
    assertEquals("attributes.os = \"linux\"", there("q-fast").filter());
    assertTrue(pubsub.members(name, Grant.SUBSCRIBER).contains("serviceAccount:worker@x"));
    pubsub.changes.clear();
    assertEquals(plan, setUp(pool("cpu=arm", "os=linux")));
    expectNothingChanged();
  }

  @Test
  void subscriptions_thatGetTheSameRequests_areNamed() throws IOException {
    setUp(pool("os=linux"));
    setUp(Pools.parse(List.of("mac:os=mac")));
    assertEquals(List.of(), said.stream().filter(line -> line.contains("twice")).toList());
    setUp(Pools.NONE);
    assertEquals(
        List.of("b-fast", "b-mac", "q-fast", "q-mac"),
        said.stream()
            .filter(line -> line.contains("twice"))
            .map(line -> line.replaceFirst(" .*", "").substring(SUBSCRIPTIONS.length()))
            .sorted()
            .toList());
  }

  @Test
  void apply_forbidden_namesWhatItIs() {
    pubsub.refuse("CreateTopic", Status.PERMISSION_DENIED.withDescription("User not authorized"));
    IOException e = assertThrows(IOException.class, () -> setUp(Pools.NONE));
    assertEquals(
        "cannot make projects/p/topics/q: PERMISSION_DENIED: User not authorized", e.getMessage());
  }

  @Test
  void apply_inAProjectThatIsNotThere_saysSo() {
    pubsub.refuse("CreateTopic", Status.NOT_FOUND.withDescription("Requested project not found"));
    IOException e = assertThrows(IOException.class, () -> setUp(Pools.NONE));
    assertEquals(
        "cannot make projects/p/topics/q: NOT_FOUND: Requested project not found", e.getMessage());
  }

  @Test
  void apply_whenAnotherOneIsFaster_goesOn() throws IOException {
    pubsub.refuse("GetTopic", Status.NOT_FOUND);
    pubsub.topics.add(TOPICS + "q");
    setUp(Pools.NONE);
    assertEquals(5, pubsub.subscriptions.size());
  }

  @Test
  void apply_withoutTheProjectsNumber_saysWhatIsMissing() throws IOException {
    SetupConfig known = config(Pools.NONE);
    setUp(
        new SetupConfig(
            known.topics(),
            known.responses(),
            known.rules(),
            known.pools(),
            new SetupConfig.Accounts(Optional.empty(), List.of(), List.of())));
    assertEquals(List.of(), pubsub.members(TOPICS + "dead", Grant.PUBLISHER));
    assertEquals(1, said.stream().filter(line -> line.contains("--project_number")).count());
  }
}
