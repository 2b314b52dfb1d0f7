// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.protobuf.Empty;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.PullResponse;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** The half of {@link FakePubsub} that hands messages out. */
final class FakeSubscriber extends SubscriberGrpc.SubscriberImplBase {
  private final FakePubsub pubsub;

  FakeSubscriber(FakePubsub pubsub) {
    this.pubsub = pubsub;
  }

  private boolean knows(String subscription, StreamObserver<?> answer) {
    if (pubsub.has(subscription)) {
      return true;
    }
    answer.onError(Status.NOT_FOUND.withDescription("Resource not found").asException());
    return false;
  }

  @Override
  public void getSubscription(GetSubscriptionRequest request, StreamObserver<Subscription> answer) {
    if (knows(request.getSubscription(), answer)) {
      answer.onNext(Subscription.newBuilder().setName(request.getSubscription()).build());
      answer.onCompleted();
    }
  }

  @Override
  public void pull(PullRequest request, StreamObserver<PullResponse> answer) {
    if (!knows(request.getSubscription(), answer)) {
      return;
    }
    var call = (ServerCallStreamObserver<PullResponse>) answer;
    call.setOnCancelHandler(() -> {});
    pubsub
        .find(request.getSubscription())
        .pull(
            request.getMaxMessages(),
            call::isCancelled,
            messages -> {
              answer.onNext(PullResponse.newBuilder().addAllReceivedMessages(messages).build());
              answer.onCompleted();
            });
  }

  @Override
  public void acknowledge(AcknowledgeRequest request, StreamObserver<Empty> answer) {
    if (knows(request.getSubscription(), answer)) {
      pubsub.find(request.getSubscription()).acknowledge(request.getAckIdsList());
      answer.onNext(Empty.getDefaultInstance());
      answer.onCompleted();
    }
  }

  @Override
  public void modifyAckDeadline(ModifyAckDeadlineRequest request, StreamObserver<Empty> answer) {
    if (knows(request.getSubscription(), answer)) {
      pubsub
          .find(request.getSubscription())
          .modify(request.getAckIdsList(), request.getAckDeadlineSeconds());
      answer.onNext(Empty.getDefaultInstance());
      answer.onCompleted();
    }
  }
}
