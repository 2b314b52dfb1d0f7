// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import com.google.protobuf.Duration;
import com.google.protobuf.util.FieldMaskUtil;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.UpdateSubscriptionRequest;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;

/** The subscriptions of {@link FakeAdmin}, within the limits that Pub/Sub's reference names. */
final class FakeSubscriptions extends SubscriberGrpc.SubscriberImplBase {
  private static final Set<String> FIXED =
      Set.of("topic", "filter", "enable_message_ordering", "name");

  private final FakeAdmin pubsub;

  FakeSubscriptions(FakeAdmin pubsub) {
    this.pubsub = pubsub;
  }

  @Override
  public void getSubscription(GetSubscriptionRequest request, StreamObserver<Subscription> answer) {
    Subscription found = pubsub.subscriptions.get(request.getSubscription());
    if (found == null) {
      answer.onError(Status.NOT_FOUND.withDescription("Resource not found").asException());
      return;
    }
    answer.onNext(found);
    answer.onCompleted();
  }

  @Override
  public void createSubscription(Subscription request, StreamObserver<Subscription> answer) {
    if (pubsub.subscriptions.containsKey(request.getName())) {
      answer.onError(Status.ALREADY_EXISTS.asException());
    } else if (!pubsub.topics.contains(request.getTopic())) {
      answer.onError(Status.NOT_FOUND.withDescription("no topic").asException());
    } else {
      store("createSubscription", request, answer);
    }
  }

  @Override
  public void updateSubscription(
      UpdateSubscriptionRequest request, StreamObserver<Subscription> answer) {
    if (request.getUpdateMask().getPathsList().stream().anyMatch(FIXED::contains)) {
      answer.onError(Status.INVALID_ARGUMENT.withDescription("not mutable").asException());
      return;
    }
    String name = request.getSubscription().getName();
    Subscription.Builder merged =
        Objects.requireNonNull(pubsub.subscriptions.get(name)).toBuilder();
    FieldMaskUtil.merge(
        request.getUpdateMask(),
        request.getSubscription(),
        merged,
        new FieldMaskUtil.MergeOptions().setReplaceMessageFields(true));
    store("updateSubscription", merged.build(), answer);
  }

  private void store(String call, Subscription given, StreamObserver<Subscription> answer) {
    String wrong = wrong(given);
    if (!wrong.isEmpty()) {
      answer.onError(Status.INVALID_ARGUMENT.withDescription(wrong).asException());
      return;
    }
    pubsub.subscriptions.put(given.getName(), given);
    pubsub.changes.add(call + " " + given.getName());
    answer.onNext(given);
    answer.onCompleted();
  }

  private String wrong(Subscription given) {
    Duration retention = given.getMessageRetentionDuration();
    Duration ttl = given.getExpirationPolicy().getTtl();
    int attempts = given.getDeadLetterPolicy().getMaxDeliveryAttempts();
    if (given.getAckDeadlineSeconds() < 10 || given.getAckDeadlineSeconds() > 600) {
      return "ack deadline";
    } else if (retention.getSeconds() < 600 || retention.getSeconds() > 31 * 86_400) {
      return "retention";
    } else if (given.getExpirationPolicy().hasTtl()
        && (ttl.getSeconds() < 86_400 || ttl.getSeconds() < retention.getSeconds())) {
      return "expiration policy";
    } else if (given.hasDeadLetterPolicy()
        && (attempts < 5
            || attempts > 100
            || !pubsub.topics.contains(given.getDeadLetterPolicy().getDeadLetterTopic()))) {
      return "dead letter policy";
    } else if (given.getFilter().getBytes(StandardCharsets.UTF_8).length > 256) {
      return "filter";
    }
    return "";
  }
}
