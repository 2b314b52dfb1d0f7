// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublishResponse;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.Topic;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** The half of {@link FakePubsub} that takes messages. */
final class FakePublisher extends PublisherGrpc.PublisherImplBase {
  private final FakePubsub pubsub;

  FakePublisher(FakePubsub pubsub) {
    this.pubsub = pubsub;
  }

  @Override
  public void getTopic(GetTopicRequest request, StreamObserver<Topic> answer) {
    if (!pubsub.has(request.getTopic())) {
      answer.onError(Status.NOT_FOUND.withDescription("Resource not found").asException());
      return;
    }
    answer.onNext(Topic.newBuilder().setName(request.getTopic()).build());
    answer.onCompleted();
  }

  @Override
  public void publish(PublishRequest request, StreamObserver<PublishResponse> answer) {
    if (!pubsub.has(request.getTopic())) {
      answer.onError(Status.NOT_FOUND.withDescription("Resource not found").asException());
      return;
    }
    PublishResponse.Builder response = PublishResponse.newBuilder();
    for (PubsubMessage message : request.getMessagesList()) {
      response.addMessageIds(pubsub.publish(request.getTopic(), message));
    }
    answer.onNext(response.build());
    answer.onCompleted();
  }
}
