// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What some files say, as long as they can be used, else what they said last. Safe for concurrent
 * use.
 */
public final class Credential<T> {
  private static final Logger log = LoggerFactory.getLogger(Credential.class);

  /** Reads the files and checks them. */
  @FunctionalInterface
  interface Loader<T> {
    /**
     * What they say.
     *
     * @throws IOException if they cannot be used at this time; one line that names the file
     */
    Loaded<T> load(Instant now) throws IOException;
  }

  /** What was said of the end. */
  private enum Said {
    NOTHING,
    SOON,
    PAST
  }

  private final String name;
  private final List<Path> files;
  private final Loader<T> loader;
  private final Clock clock;
  private String seen;
  private Said said = Said.NOTHING;
  private volatile Loaded<T> loaded;
  private volatile boolean stale;

  Credential(String name, List<Path> files, Loader<T> loader, Clock clock) throws IOException {
    this.name = name;
    this.files = List.copyOf(files);
    this.loader = loader;
    this.clock = clock;
    // Before they are read: what changes in between is then seen the next time.
    this.seen = fingerprint();
    this.loaded = loader.load(clock.instant());
    tellOfTheEnd();
  }

  /** The flag that names the first of the files. */
  public String name() {
    return name;
  }

  /** Whether the files cannot be used now, so that what they said before is in force. */
  public boolean isStale() {
    return stale;
  }

  /** When what is in force ends; empty if it does not. */
  public Optional<Instant> end() {
    return loaded.validity().map(Validity::end);
  }

  T get() {
    return loaded.value();
  }

  /** Reads the files again if they changed. Warns once of each change that cannot be used. */
  synchronized void look() {
    String now = fingerprint();
    boolean changed = !now.equals(seen);
    seen = now;
    if (changed || stale) {
      try {
        loaded = loader.load(clock.instant());
        stale = false;
        said = Said.NOTHING;
        log.info("--{} changed and is in force", name);
      } catch (IOException e) {
        stale = true;
        if (changed) {
          log.warn("--{} changed: {}; what it said before stays in force", name, e.getMessage());
        }
      }
    }
    tellOfTheEnd();
  }

  private void tellOfTheEnd() {
    loaded
        .validity()
        .ifPresent(
            validity -> {
              Instant now = clock.instant();
              if (validity.isPast(now)) {
                if (said != Said.PAST) {
                  said = Said.PAST;
                  log.error("--{} expired on {}; nobody accepts it", name, validity.end());
                }
              } else if (said == Said.NOTHING && validity.endsSoon(now)) {
                said = Said.SOON;
                log.warn("--{} expires on {}", name, validity.end());
              }
            });
  }

  /** Of the content: the time of a file may be older than that of the one it replaces. */
  private String fingerprint() {
    StringBuilder all = new StringBuilder();
    for (Path file : files) {
      try {
        byte[] content = Files.readAllBytes(file);
        all.append(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
      } catch (IOException e) {
        all.append(e.getClass());
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every Java platform has SHA-256", e);
      }
      all.append(' ');
    }
    return all.toString();
  }
}
