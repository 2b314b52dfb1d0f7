// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fakegcs;

import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Uploads in pieces that are under way. */
final class Uploads {
  private static final Pattern RANGE = Pattern.compile("bytes (?:(\\d+)-(\\d+)|\\*)/(\\d+|\\*)");
  private static final int QUANTUM = 256 << 10;

  private final Objects objects;
  private final Path directory;
  private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong longestPiece = new AtomicLong();

  Uploads(Objects objects, Path directory) {
    this.objects = objects;
    this.directory = directory;
  }

  private static final class Upload {
    final String name;
    final JsonObject given;
    final Optional<Long> ifGenerationMatch;
    final Path file;
    @Nullable Response done;

    Upload(String name, JsonObject given, Optional<Long> ifGenerationMatch, Path file) {
      this.name = name;
      this.given = given;
      this.ifGenerationMatch = ifGenerationMatch;
      this.file = file;
    }
  }

  long longestPiece() {
    return longestPiece.get();
  }

  /** Its id. */
  String begin(String name, JsonObject given, Optional<Long> ifGenerationMatch) throws IOException {
    String id = "upload-" + count.incrementAndGet();
    Path file = Files.createFile(directory.resolve(id));
    uploads.put(id, new Upload(name, given, ifGenerationMatch, file));
    return id;
  }

  Response piece(String id, String range, ByteString bytes, String hash) throws IOException {
    Upload upload = uploads.get(id);
    Matcher parts = RANGE.matcher(range);
    if (upload == null || !parts.matches()) {
      return Response.error(404, "no such upload, or no such range: " + range);
    }
    longestPiece.accumulateAndGet(bytes.size(), Math::max);
    synchronized (upload) {
      if (upload.done != null) {
        return upload.done;
      }
      long stored = Files.size(upload.file);
      if (parts.group(1) != null) {
        long from = Long.parseLong(parts.group(1));
        if (from > stored) {
          return Response.of(503, "text/plain", "Invalid request. content-range is ahead");
        }
        append(upload.file, from, bytes);
        stored = Files.size(upload.file);
      }
      boolean isLast = !parts.group(3).equals("*") && Long.parseLong(parts.group(3)) == stored;
      if (isLast && !isQuery(parts)) {
        return finish(upload, hash);
      }
      if (bytes.size() % QUANTUM != 0) {
        return Response.error(400, "a piece that is not the last must be of whole 256 KiB");
      }
      Response more = Response.empty(308);
      return stored == 0 ? more : more.with("Range", "bytes=0-" + (stored - 1));
    }
  }

  private static boolean isQuery(Matcher parts) {
    return parts.group(1) == null && parts.group(3).equals("*");
  }

  private static void append(Path file, long from, ByteString bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer rest = bytes.asReadOnlyByteBuffer();
      for (long at = from; rest.hasRemaining(); ) {
        at += channel.write(rest, at);
      }
    }
  }

  private Response finish(Upload upload, String hash) throws IOException {
    Content content = Content.of(upload.file);
    if (hash.startsWith("crc32c=") && !hash.equals("crc32c=" + content.crc32c())) {
      return Response.error(400, "x-goog-hash does not match the bytes");
    }
    Response done = objects.put(upload.name, content, upload.given, upload.ifGenerationMatch);
    upload.done = done;
    return done;
  }
}
