// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.ListTopicSubscriptionsRequest;
import com.google.pubsub.v1.ListTopicSubscriptionsResponse;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** The topics of {@link FakeAdmin}. Lists come in pages of one. */
final class FakeTopics extends PublisherGrpc.PublisherImplBase {
  private final FakeAdmin pubsub;

  FakeTopics(FakeAdmin pubsub) {
    this.pubsub = pubsub;
  }

  @Override
  public void getTopic(GetTopicRequest request, StreamObserver<Topic> answer) {
    if (!pubsub.topics.contains(request.getTopic())) {
      answer.onError(Status.NOT_FOUND.withDescription("Resource not found").asException());
      return;
    }
    answer.onNext(Topic.newBuilder().setName(request.getTopic()).build());
    answer.onCompleted();
  }

  @Override
  public void createTopic(Topic request, StreamObserver<Topic> answer) {
    if (!pubsub.topics.add(request.getName())) {
      answer.onError(Status.ALREADY_EXISTS.asException());
      return;
    }
    pubsub.changes.add("createTopic " + request.getName());
    answer.onNext(request);
    answer.onCompleted();
  }

  @Override
  public void listTopicSubscriptions(
      ListTopicSubscriptionsRequest request,
      StreamObserver<ListTopicSubscriptionsResponse> answer) {
    List<String> all =
        pubsub.subscriptions.values().stream()
            .filter(one -> one.getTopic().equals(request.getTopic()))
            .map(Subscription::getName)
            .toList();
    int page = request.getPageToken().isEmpty() ? 0 : Integer.parseInt(request.getPageToken());
    ListTopicSubscriptionsResponse.Builder response = ListTopicSubscriptionsResponse.newBuilder();
    if (page < all.size()) {
      response.addSubscriptions(all.get(page));
    }
    if (page + 1 < all.size()) {
      response.setNextPageToken(Integer.toString(page + 1));
    }
    answer.onNext(response.build());
    answer.onCompleted();
  }
}
