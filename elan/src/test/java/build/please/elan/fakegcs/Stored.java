// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fakegcs;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Instant;

/**
 * An object of the fake.
 *
 * @param given metadata that the client gave
 */
record Stored(
    String name,
    long generation,
    long metageneration,
    Content content,
    String crc32c,
    Instant created,
    JsonObject given) {

  JsonObject json(String bucket) {
    JsonObject json = new JsonObject();
    json.addProperty("kind", "storage#object");
    json.addProperty("bucket", bucket);
    json.addProperty("name", name);
    json.addProperty("generation", Long.toString(generation));
    json.addProperty("metageneration", Long.toString(metageneration));
    json.addProperty("size", Long.toString(content.size()));
    json.addProperty("crc32c", crc32c);
    json.addProperty("timeCreated", created.toString());
    json.addProperty("updated", created.toString());
    for (String field : new String[] {"customTime", "metadata"}) {
      JsonElement value = given.get(field);
      if (value != null) {
        json.add(field, value);
      }
    }
    return json;
  }

  Instant customTime() {
    JsonElement time = given.get("customTime");
    return time == null
        ? Instant.MIN
        : java.time.OffsetDateTime.parse(time.getAsString()).toInstant();
  }

  Stored patched(JsonObject patch) {
    JsonObject next = given.deepCopy();
    patch.entrySet().forEach(field -> next.add(field.getKey(), field.getValue()));
    return new Stored(name, generation, metageneration + 1, content, crc32c, created, next);
  }
}
