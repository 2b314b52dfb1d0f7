// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fakegcs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** What a bucket holds, by name, with the rules about generations. */
final class Objects {
  private final String bucket;
  private final Clock clock;

  @GuardedBy("this")
  private final NavigableMap<String, Stored> objects = new TreeMap<>();

  @GuardedBy("this")
  private NavigableMap<String, Stored> before = new TreeMap<>();

  @GuardedBy("this")
  private long generation = 1_700_000_000_000_000L;

  Objects(String bucket, Clock clock) {
    this.bucket = bucket;
    this.clock = clock;
  }

  synchronized Map<String, Stored> all() {
    return new TreeMap<>(objects);
  }

  synchronized Optional<Stored> find(String name, Optional<Long> wanted) {
    return Optional.ofNullable(objects.get(name))
        .filter(object -> wanted.isEmpty() || wanted.get() == object.generation());
  }

  /** A check that says no before anything is sent for nothing. */
  synchronized boolean meets(String name, Optional<Long> ifGenerationMatch) {
    Stored there = objects.get(name);
    return ifGenerationMatch.isEmpty()
        || ifGenerationMatch.get() == (there == null ? 0 : there.generation());
  }

  synchronized Response put(
      String name, Content content, JsonObject given, Optional<Long> ifGenerationMatch) {
    String crc32c = content.crc32c();
    JsonElement claimed = given.get("crc32c");
    if (claimed != null && !claimed.getAsString().equals(crc32c)) {
      return Response.error(400, "Provided CRC32C does not match the bytes");
    }
    if (!meets(name, ifGenerationMatch)) {
      return notMet();
    }
    before = new TreeMap<>(objects);
    Stored stored = new Stored(name, ++generation, 1, content, crc32c, clock.instant(), given);
    objects.put(name, stored);
    return Response.json(stored.json(bucket));
  }

  synchronized Response delete(
      String name, Optional<Long> ifGenerationMatch, Optional<Long> ifMetagenerationMatch) {
    if (!objects.containsKey(name)) {
      return absent(name);
    }
    long metageneration = objects.get(name).metageneration();
    if (!meets(name, ifGenerationMatch)
        || metageneration != ifMetagenerationMatch.orElse(metageneration)) {
      return notMet();
    }
    before = new TreeMap<>(objects);
    objects.remove(name);
    return Response.empty(204);
  }

  synchronized Response patch(String name, JsonObject patch, Optional<Long> ifGenerationMatch) {
    Stored there = objects.get(name);
    if (there == null) {
      return absent(name);
    }
    if (!meets(name, ifGenerationMatch)) {
      return notMet();
    }
    Stored next = there.patched(patch);
    if (next.customTime().isBefore(there.customTime())) {
      return Response.error(400, "customTime cannot be set to an earlier time");
    }
    objects.put(name, next);
    return Response.json(next.json(bucket));
  }

  synchronized Response list(
      String prefix, Optional<Long> maxResults, String after, boolean stale) {
    JsonArray items = new JsonArray();
    JsonObject answer = new JsonObject();
    answer.addProperty("kind", "storage#objects");
    for (Stored object : (stale ? before : objects).tailMap(after, false).values()) {
      if (!object.name().startsWith(prefix)) {
        continue;
      }
      if (items.size() == maxResults.orElse(1000L)) {
        answer.addProperty("nextPageToken", last(items));
        break;
      }
      items.add(object.json(bucket));
    }
    answer.add("items", items);
    return Response.json(answer);
  }

  private static String last(JsonArray items) {
    return items.get(items.size() - 1).getAsJsonObject().get("name").getAsString();
  }

  /** As if it had not been used since. */
  synchronized void setCustomTime(String name, Instant time) {
    JsonObject patch = new JsonObject();
    patch.addProperty("customTime", time.toString());
    objects.computeIfPresent(name, (key, object) -> object.patched(patch));
  }

  Response absent(String name) {
    return Response.error(404, "No such object: " + bucket + "/" + name);
  }

  static Response notMet() {
    return Response.error(412, "At least one of the pre-conditions you specified did not hold.");
  }
}
