// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.elan.packed.Durability;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Opens the bucket that a URL names: {@code gs://bucket}, {@code file:///dir}, {@code disk:///dir},
 * {@code mem://}.
 */
public final class Buckets {
  // What please-servers accepts and what makes no difference here; "metadata=skip" is what we
  // always do.
  private static final Set<String> WITHOUT_EFFECT =
      Set.of("metadata", "no_tmp_dir", "dir_file_mode", "base_url", "secret_key_path");

  /** Please-servers sign URLs with these, which nobody asks for here. */
  private static final Set<String> FOR_SIGNING = Set.of("access_id", "private_key_path");

  private static final Pattern BUCKET_NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]");

  private static final long BLOCK = 4096;

  /** An object in memory takes its bytes and about as many more for its name. */
  private static final Place IN_MEMORY =
      new Place(size -> size + 256, () -> Long.MAX_VALUE, null, () -> true);

  private static final String PROMISES =
      "none (what was stored survives a killed server), else a power cut, too";

  private Buckets() {}

  /**
   * Opens the bucket that {@code url} names.
   *
   * @throws IllegalArgumentException if the URL is not one of a bucket or has an unknown parameter;
   *     the message is for the person who typed it
   * @throws IOException if the bucket cannot be opened
   */
  public static Bucket open(String url, Clock clock) throws IOException {
    return open(url, Bounds.NONE, clock);
  }

  /**
   * As {@link #open(String, Clock)}, kept within bounds by a {@link BoundedBucket} if there are
   * any.
   */
  public static Bucket open(String url, Bounds bounds, Clock clock) throws IOException {
    return open(url, bounds, new CloudSettings(Duration.ofHours(6), ""), clock);
  }

  /**
   * What matters to buckets of Cloud Storage only.
   *
   * @param promise the longest time for which objects are asked to be kept
   * @param emulator host and port of something that stands in for it, or a URL; may be empty
   */
  public record CloudSettings(Duration promise, String emulator) {}

  /** As {@link #open(String, Bounds, Clock)}; a bucket of Cloud Storage has no bounds. */
  public static Bucket open(String url, Bounds bounds, CloudSettings cloud, Clock clock)
      throws IOException {
    // Not java.net.URI, to which "mem://" is none.
    int colon = url.indexOf("://");
    String scheme = colon < 0 ? "" : url.substring(0, colon);
    String rest = colon < 0 ? url : url.substring(colon + 3);
    int question = rest.indexOf('?');
    String place = question < 0 ? rest : rest.substring(0, question);
    Map<String, String> parameters =
        parameters(url, question < 0 ? "" : rest.substring(question + 1));
    String prefix = parameters.containsKey("prefix") ? parameters.remove("prefix") : "";
    return switch (scheme) {
      case "mem" ->
          bounded(
              prefixed(memory(url, place, parameters, clock), prefix), bounds, IN_MEMORY, clock);
      case "file" -> {
        FileBucket files = files(url, place, parameters, clock);
        yield bounded(
            prefixed(files, prefix), bounds.onDisk(files.diskBytes()), onDisk(files), clock);
      }
      case "disk" -> {
        if (!prefix.isEmpty()) {
          throw new IllegalArgumentException(
              "'" + url + "': a packed store has no prefix; give it a directory of its own");
        }
        yield packed(url, place, parameters, bounds, clock);
      }
      case "gs" -> cloud(url, place, parameters, prefix, cloud, clock);
      default ->
          throw new IllegalArgumentException(
              "'"
                  + url
                  + "' is no storage URL; use gs://bucket, disk:///dir, file:///dir or mem://");
    };
  }

  private static Bucket prefixed(Bucket bucket, String prefix) {
    return prefix.isEmpty() ? bucket : new PrefixedBucket(bucket, prefix);
  }

  private static Bucket bounded(Bucket bucket, Bounds bounds, Place place, Clock clock)
      throws IOException {
    return bounds.areNone()
        ? bucket
        : BoundedBucket.open(bucket, bounds, place, clock, System::nanoTime);
  }

  private static Place onDisk(FileBucket files) {
    return new Place(
        Buckets::blocks,
        files::freeBytes,
        files.home().resolve("uses.log"),
        files.owner()::isOwner);
  }

  /** What a file of this size takes on most file systems. */
  static long blocks(long size) {
    return (size + BLOCK - 1) / BLOCK * BLOCK;
  }

  private static Bucket memory(
      String url, String place, Map<String, String> parameters, Clock clock) {
    if (!place.isEmpty()) {
      throw new IllegalArgumentException("'" + url + "': a store in memory has no name");
    }
    refuseUnknown(url, parameters);
    return new MemoryBucket(clock);
  }

  private static Bucket cloud(
      String url,
      String place,
      Map<String, String> parameters,
      String prefix,
      CloudSettings cloud,
      Clock clock)
      throws IOException {
    parameters.keySet().removeAll(FOR_SIGNING);
    refuseUnknown(url, parameters);
    String name = place.endsWith("/") ? place.substring(0, place.length() - 1) : place;
    if (!BUCKET_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'" + url + "' names no bucket; write gs://bucket or gs://bucket?prefix=a/b/");
    }
    return GcsBucket.open(GcsConfig.of(name, prefix, cloud.promise(), cloud.emulator(), clock));
  }

  /** A bucket in a directory, which is made if it is absent. */
  static Bucket inDirectory(Path directory, Bounds bounds, Clock clock) throws IOException {
    if (!Files.exists(directory)) {
      Files.createDirectory(directory);
    }
    FileBucket files = FileBucket.open(directory, FileBucketConfig.of(Sync.NONE, clock));
    return bounded(files, bounds.onDisk(files.diskBytes()), onDisk(files), clock);
  }

  private static FileBucket files(
      String url, String place, Map<String, String> parameters, Clock clock) throws IOException {
    Durability durability = durability(url, parameters.remove("sync"));
    if (durability == Durability.ALWAYS) {
      throw new IllegalArgumentException("'" + url + "': sync is none or group; " + PROMISES);
    }
    Path directory = made(url, place, parameters, WITHOUT_EFFECT);
    if (Files.isDirectory(PackedStore.segments(directory))) {
      throw new FileSystemException(
          directory.toString(), null, "it holds a packed store; open it as disk://");
    }
    Sync sync = durability == Durability.NONE ? Sync.NONE : Sync.GROUP;
    return FileBucket.open(directory, FileBucketConfig.of(sync, clock));
  }

  private static Bucket packed(
      String url, String place, Map<String, String> parameters, Bounds bounds, Clock clock)
      throws IOException {
    Durability durability = durability(url, parameters.remove("sync"));
    if (bounds.maxBytes() > 0 && bounds.maxBytes() < PackedStore.SMALLEST) {
      throw new IllegalArgumentException(
          "'" + url + "' needs room for " + PackedStore.SMALLEST + " bytes at least");
    }
    Path directory = made(url, place, parameters, Set.of());
    if (holdsFiles(directory)) {
      throw new FileSystemException(
          directory.toString(),
          null,
          "it holds a store in files; open it as file://, or copy it by elan import");
    }
    return new PackedBucket(
        PackedStore.open(directory, PackedStore.Config.of(durability, bounds, clock)));
  }

  /** Whether a directory is a store of {@code file://}, and so cannot be one of {@code disk://}. */
  public static boolean holdsFiles(Path directory) {
    return Files.isDirectory(directory.resolve(".elan"))
        && !Files.isDirectory(PackedStore.segments(directory));
  }

  private static Path made(
      String url, String place, Map<String, String> parameters, Set<String> withoutEffect)
      throws IOException {
    boolean create = "true".equals(parameters.remove("create_dir"));
    parameters.keySet().removeAll(withoutEffect);
    refuseUnknown(url, parameters);
    Path directory = directory(url, place);
    if (create) {
      Files.createDirectories(directory);
    } else if (!Files.exists(directory)) {
      Files.createDirectory(directory);
    }
    return directory;
  }

  private static Durability durability(String url, @Nullable String given) {
    return switch (given == null ? "none" : given) {
      case "none" -> Durability.NONE;
      case "group" -> Durability.GROUP;
      case "always" -> Durability.ALWAYS;
      default ->
          throw new IllegalArgumentException(
              "'" + url + "': sync is none, group or, with disk://, always; " + PROMISES);
    };
  }

  /** As go-cloud reads it: {@code file://./a/b} is relative, any other host is ignored. */
  private static Path directory(String url, String place) {
    int slash = place.indexOf('/');
    String path = slash < 0 ? "" : place.substring(slash + 1);
    if (path.isEmpty()) {
      throw new IllegalArgumentException(
          "'" + url + "' names no directory; write file:///absolute/dir");
    }
    String decoded = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    return place.startsWith("./") ? Path.of(decoded) : Path.of("/" + decoded);
  }

  private static Map<String, String> parameters(String url, String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (query.isEmpty()) {
      return parameters;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      if (parameters.put(name, URLDecoder.decode(value, StandardCharsets.UTF_8)) != null) {
        throw new IllegalArgumentException("'" + url + "' gives the parameter " + name + " twice");
      }
    }
    return parameters;
  }

  private static void refuseUnknown(String url, Map<String, String> rest) {
    if (!rest.isEmpty()) {
      throw new IllegalArgumentException(
          "'" + url + "' has an unknown parameter: " + rest.keySet().iterator().next());
    }
  }
}
