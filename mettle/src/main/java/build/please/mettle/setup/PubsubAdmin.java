// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import build.please.mettle.queue.PubsubConnection;
import build.please.mettle.queue.PubsubErrors;
import com.google.api.core.ApiFuture;
import com.google.api.gax.retrying.RetrySettings;
import com.google.api.gax.rpc.StatusCode;
import com.google.cloud.pubsub.v1.stub.GrpcPublisherStub;
import com.google.cloud.pubsub.v1.stub.GrpcSubscriberStub;
import com.google.cloud.pubsub.v1.stub.PublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStubSettings;
import com.google.cloud.pubsub.v1.stub.SubscriberStub;
import com.google.cloud.pubsub.v1.stub.SubscriberStubSettings;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.ListTopicSubscriptionsRequest;
import com.google.pubsub.v1.ListTopicSubscriptionsResponse;
import com.google.pubsub.v1.Topic;
import com.google.pubsub.v1.UpdateSubscriptionRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Cloud Pub/Sub, or what stands in for it. Safe for concurrent use. */
public final class PubsubAdmin implements Admin {
  private final Duration patience;
  private final PubsubConnection connection;
  private final PublisherStub topics;
  private final SubscriberStub subscriptions;
  private final PubsubPermissions permissions;

  private PubsubAdmin(
      Duration patience,
      PubsubConnection connection,
      PublisherStub topics,
      SubscriberStub subscriptions) {
    this.patience = patience;
    this.connection = connection;
    this.topics = topics;
    this.subscriptions = subscriptions;
    this.permissions =
        new PubsubPermissions(
            topics.getIamPolicyCallable(), topics.setIamPolicyCallable(), patience);
  }

  /**
   * Connects only when something is asked.
   *
   * @param emulator host and port of a stand-in; empty for the real one
   * @param patience how long one call may take, repetitions included
   * @throws IOException if there are no credentials; one line
   */
  public static PubsubAdmin open(String emulator, Duration patience) throws IOException {
    PubsubConnection connection = PubsubConnection.open(emulator);
    RetrySettings retries = PubsubConnection.patience(patience);
    try {
      PublisherStubSettings.Builder topics =
          connection.configure(PublisherStubSettings.newBuilder());
      topics.applyToAllUnaryMethods(
          call -> {
            call.setRetrySettings(retries).setRetryableCodes(StatusCode.Code.UNAVAILABLE);
            return null;
          });
      SubscriberStubSettings.Builder subscriptions =
          connection.configure(SubscriberStubSettings.newBuilder());
      subscriptions.applyToAllUnaryMethods(
          call -> {
            call.setRetrySettings(retries).setRetryableCodes(StatusCode.Code.UNAVAILABLE);
            return null;
          });
      return new PubsubAdmin(
          patience,
          connection,
          GrpcPublisherStub.create(topics.build()),
          GrpcSubscriberStub.create(subscriptions.build()));
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public boolean hasTopic(String name) throws IOException {
    GetTopicRequest request = GetTopicRequest.newBuilder().setTopic(name).build();
    return find(topics.getTopicCallable().futureCall(request), "see", name).isPresent();
  }

  @Override
  public void createTopic(String name) throws IOException {
    Topic topic = Topic.newBuilder().setName(name).build();
    make(topics.createTopicCallable().futureCall(topic), name);
  }

  @Override
  public Optional<PlannedSubscription> subscription(String name) throws IOException {
    GetSubscriptionRequest request =
        GetSubscriptionRequest.newBuilder().setSubscription(name).build();
    return find(subscriptions.getSubscriptionCallable().futureCall(request), "see", name)
        .map(PubsubDescription::read);
  }

  @Override
  public void create(PlannedSubscription subscription) throws IOException {
    make(
        subscriptions
            .createSubscriptionCallable()
            .futureCall(PubsubDescription.write(subscription)),
        subscription.name());
  }

  @Override
  public void update(PlannedSubscription subscription, Set<Property> properties)
      throws IOException {
    UpdateSubscriptionRequest request =
        UpdateSubscriptionRequest.newBuilder()
            .setSubscription(PubsubDescription.write(subscription))
            .setUpdateMask(PubsubDescription.mask(properties))
            .build();
    await(
        subscriptions.updateSubscriptionCallable().futureCall(request),
        "change",
        subscription.name());
  }

  @Override
  public List<String> subscriptions(String topic) throws IOException {
    List<String> all = new ArrayList<>();
    String page = "";
    do {
      ListTopicSubscriptionsResponse answer =
          await(
              topics
                  .listTopicSubscriptionsCallable()
                  .futureCall(
                      ListTopicSubscriptionsRequest.newBuilder()
                          .setTopic(topic)
                          .setPageToken(page)
                          .build()),
              "list the subscriptions of",
              topic);
      all.addAll(answer.getSubscriptionsList());
      page = answer.getNextPageToken();
    } while (!page.isEmpty());
    return all;
  }

  @Override
  public Granted grant(String resource, List<Grant> grants) throws IOException {
    return permissions.grant(resource, grants);
  }

  /** A repeated call may find what its first try has made. */
  private void make(ApiFuture<?> call, String name) throws IOException {
    try {
      await(call, "make", name);
    } catch (IOException e) {
      if (!PubsubErrors.is(e, StatusCode.Code.ALREADY_EXISTS)) {
        throw e;
      }
    }
  }

  /** A project that is not there is an error; what it might hold is not. */
  private <T> Optional<T> find(ApiFuture<T> call, String verb, String name) throws IOException {
    try {
      return Optional.of(await(call, verb, name));
    } catch (IOException e) {
      if (PubsubErrors.is(e, StatusCode.Code.NOT_FOUND)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private <T> T await(ApiFuture<T> call, String verb, String name) throws IOException {
    return PubsubErrors.await(call, patience, "cannot " + verb + " " + name);
  }

  @Override
  public void close() {
    topics.close();
    subscriptions.close();
    connection.close();
  }
}
