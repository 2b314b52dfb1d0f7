// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/**
 * The reference's flags for a Redis in front of its bucket. They are read and checked, and have no
 * effect: what they are for, small blobs and existence, is kept in this process. Not in the help,
 * which names them together.
 */
public final class RedisOptions {
  private static final Logger log = LoggerFactory.getLogger(RedisOptions.class);

  @Option(
      names = "--redis_url",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:REDIS_URL}",
      hidden = true)
  private @Nullable String url;

  @Option(
      names = "--redis_read_url",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:REDIS_READ_URL}",
      hidden = true)
  private @Nullable String readUrl;

  @Option(names = "--redis_password", paramLabel = "PASSWORD", hidden = true)
  private @Nullable String password;

  @Option(
      names = "--redis_password_file",
      paramLabel = "FILE",
      defaultValue = "${env:REDIS_PASSWORD_FILE}",
      hidden = true)
  private @Nullable String passwordFile;

  @Option(
      names = "--redis_pool_size",
      paramLabel = "N",
      converter = WholeNumber.class,
      defaultValue = "${env:REDIS_POOL_SIZE}",
      hidden = true)
  private @Nullable Integer poolSize;

  @Option(
      names = "--redis_read_pool_size",
      paramLabel = "N",
      converter = WholeNumber.class,
      defaultValue = "${env:REDIS_READ_POOL_SIZE}",
      hidden = true)
  private @Nullable Integer readPoolSize;

  @Option(
      names = "--redis_min_idle_conns",
      paramLabel = "N",
      converter = WholeNumber.class,
      defaultValue = "${env:REDIS_MIN_IDLE_CONNS}",
      hidden = true)
  private @Nullable Integer minIdleConns;

  @Option(
      names = "--redis_read_min_idle_conns",
      paramLabel = "N",
      converter = WholeNumber.class,
      defaultValue = "${env:REDIS_READ_MIN_IDLE_CONNS}",
      hidden = true)
  private @Nullable Integer readMinIdleConns;

  @Option(
      names = "--redis_pool_timeout",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      defaultValue = "${env:REDIS_POOL_TIMEOUT}",
      hidden = true)
  private @Nullable Duration poolTimeout;

  @Option(
      names = "--redis_read_pool_timeout",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      defaultValue = "${env:REDIS_READ_POOL_TIMEOUT}",
      hidden = true)
  private @Nullable Duration readPoolTimeout;

  @Option(
      names = "--redis_read_timeout",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      defaultValue = "${env:REDIS_READ_TIMEOUT}",
      hidden = true)
  private @Nullable Duration readTimeout;

  @Option(
      names = "--redis_write_timeout",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      defaultValue = "${env:REDIS_WRITE_TIMEOUT}",
      hidden = true)
  private @Nullable Duration writeTimeout;

  @Option(
      names = "--redis_ca_file",
      paramLabel = "FILE",
      defaultValue = "${env:REDIS_CA_FILE}",
      hidden = true)
  private @Nullable String caFile;

  @Option(names = "--redis_tls", hidden = true)
  private boolean tls;

  @Option(
      names = "--redis_max_size",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      defaultValue = "${env:LARGE_BLOB_SIZE}",
      hidden = true)
  private @Nullable Long maxSize;

  /** Warns, in one line, of what was given. */
  public void warn() {
    GivenFlags given =
        new GivenFlags()
            .add("--redis_url", url)
            .add("--redis_read_url", readUrl)
            .add("--redis_password", password)
            .add("--redis_password_file", passwordFile)
            .add("--redis_pool_size", poolSize)
            .add("--redis_read_pool_size", readPoolSize)
            .add("--redis_min_idle_conns", minIdleConns)
            .add("--redis_read_min_idle_conns", readMinIdleConns)
            .add("--redis_pool_timeout", poolTimeout)
            .add("--redis_read_pool_timeout", readPoolTimeout)
            .add("--redis_read_timeout", readTimeout)
            .add("--redis_write_timeout", writeTimeout)
            .add("--redis_ca_file", caFile)
            .add("--redis_tls", tls)
            .add("--redis_max_size (or LARGE_BLOB_SIZE)", maxSize);
    if (!given.isEmpty()) {
      log.warn(
          "no Redis is used, so that these have no effect: {}; see --cache_max_size and "
              + "--known_blob_cache_size",
          given);
    }
  }
}
