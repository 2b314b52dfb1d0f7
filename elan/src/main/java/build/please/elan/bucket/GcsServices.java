// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.api.gax.retrying.RetrySettings;
import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import com.google.cloud.storage.StorageRetryStrategy;
import java.io.IOException;
import java.time.Duration;

/**
 * The library's clients, which differ in patience.
 *
 * @param once makes each request once; its caller repeats it
 * @param hasty the same, and does not wait for long
 * @param persistent repeats by itself the pieces of an upload, which carry their place with them
 */
record GcsServices(Storage once, Storage hasty, Storage persistent) {
  /** Connections that stay open while idle; five is the platform's own idea. */
  private static final String IDLE_CONNECTIONS = "http.maxConnections";

  /**
   * Finds credentials, unless it is for an emulator, and asks nothing yet.
   *
   * @throws IOException if there are no credentials
   */
  static GcsServices open(GcsConfig config) throws IOException {
    if (System.getProperty(IDLE_CONNECTIONS) == null) {
      // Else most requests of a busy server begin with a handshake.
      System.setProperty(IDLE_CONNECTIONS, "128");
    }
    Credentials credentials =
        config.isEmulated()
            ? NoCredentials.getInstance()
            : GoogleCredentials.getApplicationDefault();
    GcsRetry.Limits limits = config.limits();
    return new GcsServices(
        options(config, credentials, limits).setRetrySettings(never()).build().getService(),
        options(config, credentials, limits.hasty()).setRetrySettings(never()).build().getService(),
        options(config, credentials, limits)
            .setRetrySettings(settings(limits))
            .setStorageRetryStrategy(StorageRetryStrategy.getUniformStorageRetryStrategy())
            .build()
            .getService());
  }

  private static StorageOptions.Builder options(
      GcsConfig config, Credentials credentials, GcsRetry.Limits limits) {
    StorageOptions.Builder options =
        StorageOptions.http()
            .setCredentials(credentials)
            // Asked for by whoever makes buckets, which nobody here does.
            .setProjectId("elan")
            .setTransportOptions(
                HttpTransportOptions.newBuilder()
                    .setConnectTimeout((int) limits.connect().toMillis())
                    .setReadTimeout((int) limits.silence().toMillis())
                    .build());
    return config.isEmulated() ? options.setHost(config.endpoint()) : options;
  }

  private static RetrySettings never() {
    return RetrySettings.newBuilder().setMaxAttempts(1).build();
  }

  private static RetrySettings settings(GcsRetry.Limits limits) {
    return RetrySettings.newBuilder()
        .setMaxAttempts(limits.attempts())
        .setInitialRetryDelayDuration(limits.first())
        .setRetryDelayMultiplier(2)
        .setMaxRetryDelayDuration(limits.longest())
        .setTotalTimeoutDuration(limits.total())
        .setInitialRpcTimeoutDuration(Duration.ZERO)
        .build();
  }
}
