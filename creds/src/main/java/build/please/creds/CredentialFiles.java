// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files with certificates, keys and tokens that a process goes by. What they say can change
 * without a restart; one that cannot be used any more changes nothing. Safe for concurrent use.
 */
public final class CredentialFiles implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CredentialFiles.class);
  private static final Duration EVERY = Duration.ofSeconds(10);

  private final Clock clock;
  private final Optional<ScheduledExecutorService> timer;
  private final List<Credential<?>> all = new CopyOnWriteArrayList<>();

  private CredentialFiles(Clock clock, Optional<ScheduledExecutorService> timer) {
    this.clock = clock;
    this.timer = timer;
  }

  /** They are looked at when {@link #look} is called, and else not. */
  public static CredentialFiles unwatched(Clock clock) {
    return new CredentialFiles(clock, Optional.empty());
  }

  /** They are looked at every ten seconds, until this is closed. */
  @SuppressWarnings("FutureReturnValueIgnored") // It ends with the executor.
  public static CredentialFiles watched(Clock clock) {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "credentials");
              thread.setDaemon(true);
              return thread;
            });
    CredentialFiles files = new CredentialFiles(clock, Optional.of(timer));
    timer.scheduleWithFixedDelay(
        files::look, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    return files;
  }

  /** Reads again what changed. */
  public void look() {
    for (Credential<?> credential : all) {
      try {
        credential.look();
      } catch (RuntimeException e) {
        // Or the timer would never look again.
        log.error("--{} cannot be looked at", credential.name(), e);
      }
    }
  }

  /** All that was read so far. */
  public List<Credential<?>> all() {
    return List.copyOf(all);
  }

  /**
   * Reads some files, now and whenever they change.
   *
   * @param name the flag that names the first
   * @throws IOException if they cannot be used; nothing is kept of them
   */
  <T> Supplier<T> read(String name, List<Path> files, Credential.Loader<T> loader)
      throws IOException {
    Credential<T> credential = new Credential<>(name, files, loader, clock);
    all.add(credential);
    return credential::get;
  }

  @Override
  public void close() {
    timer.ifPresent(ScheduledExecutorService::shutdown);
  }
}
