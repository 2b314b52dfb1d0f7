// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage.BlobField;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What Cloud Storage says of an object.
 *
 * @param name with the prefix
 * @param generation tells it from any other object of that name, before or after
 * @param metageneration counts the changes of what is said of it
 * @param crc32c in Base64, as Cloud Storage writes it; empty if it does not say
 * @param used when it was last written or refreshed
 * @param decodedSize bytes that it decodes to, if that was noted
 */
record GcsObject(
    String name,
    long size,
    long generation,
    long metageneration,
    String crc32c,
    Instant used,
    OptionalLong decodedSize) {
  /** What has to be asked for. */
  static final List<BlobField> FIELDS =
      List.of(
          BlobField.NAME,
          BlobField.SIZE,
          BlobField.GENERATION,
          BlobField.METAGENERATION,
          BlobField.CRC32C,
          BlobField.TIME_CREATED,
          BlobField.CUSTOM_TIME,
          BlobField.METADATA);

  static final List<BlobField> LISTED_FIELDS =
      List.of(BlobField.NAME, BlobField.SIZE, BlobField.TIME_CREATED, BlobField.CUSTOM_TIME);

  private static final String DECODED_SIZE = "decoded-size";

  static GcsObject of(BlobInfo info) {
    return new GcsObject(
        info.getName(),
        orZero(info.getSize()),
        orZero(info.getGeneration()),
        orZero(info.getMetageneration()),
        info.getCrc32c() == null ? "" : info.getCrc32c(),
        used(info),
        decodedSize(info.getMetadata()));
  }

  /** Its custom time, or when it was written, if that is later or all that there is. */
  static Instant used(BlobInfo info) {
    OffsetDateTime written = info.getCreateTimeOffsetDateTime();
    OffsetDateTime custom = info.getCustomTimeOffsetDateTime();
    if (custom == null) {
      return written == null ? Instant.MIN : written.toInstant();
    }
    return written != null && written.isAfter(custom) ? written.toInstant() : custom.toInstant();
  }

  static Map<String, String> metadata(OptionalLong decodedSize) {
    return decodedSize.isPresent()
        ? Map.of(DECODED_SIZE, Long.toString(decodedSize.getAsLong()))
        : Map.of();
  }

  /** Somebody else may have written anything there. */
  private static OptionalLong decodedSize(@Nullable Map<String, @Nullable String> metadata) {
    String text = metadata == null ? null : metadata.get(DECODED_SIZE);
    if (text == null || !text.matches("[0-9]{1,18}")) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(text));
  }

  private static long orZero(@Nullable Long value) {
    return value == null ? 0 : value;
  }

  /** Names it and no other, ever. */
  String id() {
    return name + "#" + generation;
  }

  /** Whether it holds these bytes, as far as length and checksum tell. */
  boolean holds(long bytes, int crc) {
    return size == bytes && (crc32c.isEmpty() || crc32c.equals(base64(crc)));
  }

  /** A checksum as Cloud Storage writes it. */
  static String base64(int crc) {
    byte[] bigEndian = {(byte) (crc >>> 24), (byte) (crc >>> 16), (byte) (crc >>> 8), (byte) crc};
    return Base64.getEncoder().encodeToString(bigEndian);
  }
}
