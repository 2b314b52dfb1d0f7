// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.api.core.ApiFuture;
import com.google.api.gax.retrying.RetrySettings;
import com.google.api.gax.rpc.StatusCode;
import com.google.api.gax.rpc.UnaryCallSettings;
import com.google.cloud.pubsub.v1.stub.GrpcSubscriberStub;
import com.google.cloud.pubsub.v1.stub.SubscriberStub;
import com.google.cloud.pubsub.v1.stub.SubscriberStubSettings;
import com.google.protobuf.Empty;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.PullResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The calls that are made about one subscription. None blocks. */
final class PubsubStub implements AutoCloseable {
  /** Longer than Pub/Sub itself lets a pull wait, so that no message answers a call given up. */
  static final Duration LONGEST_PULL = Duration.ofMinutes(3);

  /** No lease lasts much longer without news, so telling it later is of no use. */
  private static final Duration TELLING = Duration.ofSeconds(30);

  private static final StatusCode.Code[] PASSING = {
    StatusCode.Code.UNAVAILABLE,
    StatusCode.Code.ABORTED,
    StatusCode.Code.INTERNAL,
    StatusCode.Code.UNKNOWN,
    StatusCode.Code.RESOURCE_EXHAUSTED,
    StatusCode.Code.DEADLINE_EXCEEDED
  };

  private final String name;
  private final PubsubConnection connection;
  private final SubscriberStub stub;

  private PubsubStub(String name, PubsubConnection connection, SubscriberStub stub) {
    this.name = name;
    this.connection = connection;
    this.stub = stub;
  }

  /**
   * @throws IOException if there are no credentials, or the subscription is not there for us
   */
  static PubsubStub open(String name, String emulator, Duration opening) throws IOException {
    PubsubConnection connection = PubsubConnection.open(emulator);
    try {
      SubscriberStubSettings.Builder settings =
          connection.configure(SubscriberStubSettings.newBuilder());
      settings.getSubscriptionSettings().setRetrySettings(PubsubConnection.patience(opening));
      settings.pullSettings().setSimpleTimeoutNoRetriesDuration(LONGEST_PULL);
      repeat(settings.acknowledgeSettings());
      repeat(settings.modifyAckDeadlineSettings());
      SubscriberStub stub = GrpcSubscriberStub.create(settings.build());
      GetSubscriptionRequest description =
          GetSubscriptionRequest.newBuilder().setSubscription(name).build();
      new PubsubPresence(name, "pubsub.subscriptions.consume", stub.testIamPermissionsCallable())
          .require(stub.getSubscriptionCallable().futureCall(description), opening);
      return new PubsubStub(name, connection, stub);
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static void repeat(UnaryCallSettings.Builder<?, Empty> settings) {
    RetrySettings patience = PubsubConnection.patience(TELLING);
    settings.setRetryableCodes(PASSING).setRetrySettings(patience);
  }

  PubsubConnection connection() {
    return connection;
  }

  /** Waits at the server until there is a message, or for a minute or so. */
  ApiFuture<PullResponse> pull(int max) {
    connection.reconnect();
    return stub.pullCallable()
        .futureCall(PullRequest.newBuilder().setSubscription(name).setMaxMessages(max).build());
  }

  ApiFuture<Empty> acknowledge(List<String> ackIds) {
    return stub.acknowledgeCallable()
        .futureCall(
            AcknowledgeRequest.newBuilder().setSubscription(name).addAllAckIds(ackIds).build());
  }

  /** From now on for {@code lease}; not at all, if that is zero, which returns the messages. */
  ApiFuture<Empty> extend(List<String> ackIds, Duration lease) {
    return stub.modifyAckDeadlineCallable()
        .futureCall(
            ModifyAckDeadlineRequest.newBuilder()
                .setSubscription(name)
                .addAllAckIds(ackIds)
                .setAckDeadlineSeconds(Math.toIntExact(lease.toSeconds()))
                .build());
  }

  @Override
  public void close() {
    stub.close();
    connection.close();
  }
}
