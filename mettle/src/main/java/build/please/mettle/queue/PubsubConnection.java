// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import build.please.common.rpc.Threads;
import com.google.api.gax.core.CredentialsProvider;
import com.google.api.gax.core.FixedCredentialsProvider;
import com.google.api.gax.core.FixedExecutorProvider;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.retrying.RetrySettings;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.api.gax.rpc.StubSettings;
import com.google.auth.oauth2.GoogleCredentials;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A connection to Cloud Pub/Sub, or to what stands in for it, with the threads that serve it. Every
 * topic and subscription has its own, so that long pulls never stand before acknowledgements in a
 * server's limit of calls per connection.
 *
 * <p>The channel is made here and not by the library, which would want ALTS for it and does not
 * read {@code PUBSUB_EMULATOR_HOST}.
 */
public final class PubsubConnection implements AutoCloseable {
  private static final String SERVICE = "pubsub.googleapis.com:443";
  private static final String SCOPE = "https://www.googleapis.com/auth/pubsub";

  /** Ten megabytes and what is around them, twice: that is what the library allows, too. */
  private static final int LARGEST_ANSWER = 20 << 20;

  private final ManagedChannel channel;
  private final CredentialsProvider credentials;
  private final ExecutorService callbacks = Threads.pool("pubsub", 2);
  private final ScheduledExecutorService timer = Threads.timer("pubsub-timer");

  private PubsubConnection(ManagedChannelBuilder<?> builder, CredentialsProvider credentials) {
    this.credentials = credentials;
    this.channel =
        builder
            .executor(callbacks)
            .maxInboundMessageSize(LARGEST_ANSWER)
            // Pulls are silent for minutes, and middle boxes forget silent connections.
            .keepAliveTime(60, TimeUnit.SECONDS)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            .build();
  }

  /**
   * Finds the credentials. Connects only when something is asked.
   *
   * @throws IOException if there are no credentials; one line
   */
  public static PubsubConnection open(String emulator) throws IOException {
    if (!emulator.isEmpty()) {
      return new PubsubConnection(
          ManagedChannelBuilder.forTarget(emulator).usePlaintext(), NoCredentialsProvider.create());
    }
    return new PubsubConnection(
        ManagedChannelBuilder.forTarget(SERVICE),
        FixedCredentialsProvider.create(
            GoogleCredentials.getApplicationDefault().createScoped(List.of(SCOPE))));
  }

  /** Makes the library's stubs use this connection. */
  public <B extends StubSettings.Builder<?, B>> B configure(B settings) {
    return settings
        .setTransportChannelProvider(
            FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel)))
        .setCredentialsProvider(credentials)
        .setBackgroundExecutorProvider(FixedExecutorProvider.create(timer));
  }

  /** Repeats within a time, quickly at first: one lost call must not use it up. */
  public static RetrySettings patience(Duration total) {
    Duration one = total.dividedBy(2);
    return RetrySettings.newBuilder()
        .setInitialRetryDelayDuration(Duration.ofMillis(50))
        .setRetryDelayMultiplier(2)
        .setMaxRetryDelayDuration(Duration.ofSeconds(2))
        .setInitialRpcTimeoutDuration(one)
        .setRpcTimeoutMultiplier(1)
        .setMaxRpcTimeoutDuration(one)
        .setTotalTimeoutDuration(total)
        .build();
  }

  ScheduledExecutorService timer() {
    return timer;
  }

  /** Connects anew without the channel's own pause, which grows to minutes in an outage. */
  void reconnect() {
    if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      channel.resetConnectBackoff();
    }
  }

  /** Lets calls that are under way end; new ones fail. Does not wait. */
  @Override
  public void close() {
    channel.shutdown();
    timer.shutdown();
  }
}
