// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.OneLine;
import build.please.common.cli.UsageException;
import build.please.elan.bucket.Buckets;
import build.please.elan.bucket.DiskTier;
import build.please.elan.meter.ElanMeters;
import build.please.elan.store.StoreConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code --storage} means, the same for both servers: {@code file}, {@code mem} or a bucket's
 * URL.
 */
public final class StorageFlag {
  private final String given;
  private final Path defaultDirectory;
  private final String emulator;

  /** As {@link #StorageFlag(String, Path, Map)}, in an environment that says nothing. */
  public StorageFlag(String given, Path defaultDirectory) {
    this(given, defaultDirectory, Map.of());
  }

  /**
   * @param given the flag's value
   * @param defaultDirectory what {@code file} and {@code disk} stand for
   * @param environment may name something that stands in for Cloud Storage
   */
  public StorageFlag(String given, Path defaultDirectory, Map<String, String> environment) {
    this.given = given;
    this.defaultDirectory = defaultDirectory;
    this.emulator = environment.getOrDefault("STORAGE_EMULATOR_HOST", "");
  }

  /** The store of a server that was told of none: of the kind that is there, else packed. */
  public static StorageFlag inDirectory(Path directory, Map<String, String> environment) {
    return new StorageFlag(Buckets.holdsFiles(directory) ? "file" : "disk", directory, environment);
  }

  /** Where servers keep things unless told otherwise: the user's cache directory. */
  public static Path cacheHome(Map<String, String> environment) {
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    return xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
  }

  /** Whether this process keeps the store itself, rather than to ask another server for it. */
  public boolean isBucket() {
    return given.equals("file")
        || given.equals("disk")
        || given.equals("mem")
        || (given.contains("://") && !given.startsWith("grpc://") && !given.startsWith("grpcs://"));
  }

  boolean isInMemory() {
    return url().startsWith("mem:");
  }

  /** Whether a look costs a call of another server, or of the system. */
  boolean looksAreDear() {
    return isInTheCloud() || url().startsWith("file:");
  }

  boolean isInTheCloud() {
    return url().startsWith("gs:");
  }

  /** The bucket's URL. */
  public String url() {
    return switch (given) {
      case "file", "disk" -> given + "://" + defaultDirectory.toAbsolutePath();
      case "mem" -> "mem://";
      default -> given;
    };
  }

  /**
   * Opens the store. A default directory is made, with its parents, if it is absent.
   *
   * @throws UsageException if it cannot be opened; one line that names the flag
   */
  public Store open(StoreConfig config, ElanMeters meters, Clock clock) {
    return open(config, Optional.empty(), meters, clock);
  }

  /**
   * As {@link #open(StoreConfig, ElanMeters, Clock)}.
   *
   * @param disk for copies of what is read from afar, if any
   */
  Store open(StoreConfig config, Optional<DiskTier> disk, ElanMeters meters, Clock clock) {
    try {
      boolean byWord = given.equals("file") || given.equals("disk");
      String create = byWord ? "?create_dir=true" : "";
      return Store.open(url() + create, emulator, config, disk, meters, clock);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--storage " + e.getMessage());
    } catch (IOException e) {
      throw new UsageException("--storage " + given + ": " + OneLine.of(e), e);
    }
  }
}
