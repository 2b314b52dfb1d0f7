// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fakegcs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fake of the part of Cloud Storage's JSON API that Elan uses, with one bucket, over a real
 * socket. Written from its documentation; what it does not know it answers with 501.
 */
public final class FakeGcs implements Closeable {
  private static final Pattern OBJECTS =
      Pattern.compile("(/upload|/download)?/storage/v1/b/([^/]+)/o(?:/([^/]+))?");

  private final String bucket;
  private final Objects objects;
  private final Uploads uploads;
  private final Faults faults = new Faults();
  private final Map<Call, LongAdder> calls = new ConcurrentHashMap<>();
  private final FakeHttp http;
  private final Map<Call, Runnable> surprises = new ConcurrentHashMap<>();
  private volatile boolean there = true;

  private FakeGcs(String bucket, Path directory, Clock clock) throws IOException {
    this.bucket = bucket;
    this.objects = new Objects(bucket, clock);
    this.uploads = new Uploads(objects, directory);
    this.http = new FakeHttp(this::answer, faults);
  }

  /**
   * Listens on a free port of this machine.
   *
   * @param directory for what is uploaded in pieces
   * @param clock of its own times
   */
  public static FakeGcs start(String bucket, Path directory, Clock clock) throws IOException {
    return new FakeGcs(bucket, directory, clock);
  }

  /** As {@code STORAGE_EMULATOR_HOST} has it. */
  public String address() {
    return "127.0.0.1:" + http.port();
  }

  public Faults faults() {
    return faults;
  }

  /** Requests of that kind so far, those within batches included. */
  public long calls(Call call) {
    return calls.computeIfAbsent(call, none -> new LongAdder()).sum();
  }

  /** Bytes of the longest piece of an upload so far. */
  public long longestPiece() {
    return uploads.longestPiece();
  }

  /** From now on there is no such bucket, or there is again, with all that was in it. */
  public void setThere(boolean exists) {
    there = exists;
  }

  /** Names of all objects. */
  public List<String> names() {
    return List.copyOf(objects.all().keySet());
  }

  /** When an object was last said to be used. */
  public Instant customTime(String name) {
    return objects.find(name, Optional.empty()).orElseThrow().customTime();
  }

  /** As if an object had not been used since. */
  public void setCustomTime(String name, Instant time) {
    objects.setCustomTime(name, time);
  }

  /** As if somebody had written it by other means. */
  public void put(String name, byte[] bytes) {
    objects.put(name, Content.of(bytes), new JsonObject(), Optional.empty());
  }

  /** As if a lifecycle rule had deleted it. */
  public void remove(String name) {
    objects.delete(name, Optional.empty(), Optional.empty());
  }

  /** Happens once, just before such a request is looked at. */
  public void onNext(Call call, Runnable surprise) {
    surprises.put(call, surprise);
  }

  @Override
  public void close() throws IOException {
    http.close();
  }

  private FakeHttp.Answer answer(Request request) throws IOException {
    if (request.path().equals("/batch/storage/v1")) {
      return answered(Call.BATCH, request);
    }
    Matcher target = OBJECTS.matcher(request.path());
    if (!target.matches()) {
      return new FakeHttp.Answer(Call.STAT, stale -> Response.error(501, request.path()));
    }
    return answered(call(request, target), request);
  }

  private FakeHttp.Answer answered(Call call, Request request) {
    calls.computeIfAbsent(call, none -> new LongAdder()).increment();
    return new FakeHttp.Answer(call, stale -> respond(call, request, stale));
  }

  private static Call call(Request request, Matcher target) {
    boolean named = target.group(3) != null;
    return switch (request.method()) {
      case "GET" -> !named ? Call.LIST : isMedia(request) ? Call.MEDIA : Call.STAT;
      case "DELETE" -> Call.DELETE;
      case "PATCH" -> Call.PATCH;
      case "PUT" ->
          request.headers().getOrDefault("content-range", "").equals("bytes */*")
              ? Call.QUERY
              : Call.PIECE;
      default ->
          isOverridden(request)
              ? Call.PATCH
              : "resumable".equals(request.query().get("uploadType")) ? Call.BEGIN : Call.CREATE;
    };
  }

  private static boolean isMedia(Request request) {
    return "media".equals(request.query().get("alt"));
  }

  private static boolean isOverridden(Request request) {
    return "PATCH".equals(request.headers().get("x-http-method-override"));
  }

  private Response respond(Call call, Request request, boolean stale) throws IOException {
    Runnable surprise = surprises.remove(call);
    if (surprise != null) {
      surprise.run();
    }
    if (call == Call.BATCH) {
      return batch(request);
    }
    Matcher target = OBJECTS.matcher(request.path());
    if (!target.matches()) {
      throw new IllegalStateException(request.path());
    }
    if (!there || !target.group(2).equals(bucket)) {
      return Response.error(404, "The specified bucket does not exist.");
    }
    String name = target.group(3) == null ? "" : URLDecoder.decode(plain(target.group(3)), UTF_8);
    Optional<Long> match = request.number("ifGenerationMatch");
    return switch (call) {
      case STAT ->
          objects
              .find(name, request.number("generation"))
              .map(object -> Response.json(object.json(bucket)))
              .orElseGet(() -> objects.absent(name));
      case MEDIA -> media(name, request);
      case DELETE -> objects.delete(name, match, request.number("ifMetagenerationMatch"));
      case PATCH -> objects.patch(name, json(request.text()), match);
      case LIST ->
          objects.list(
              request.query().getOrDefault("prefix", ""),
              request.number("maxResults"),
              request.query().getOrDefault("pageToken", ""),
              stale);
      case CREATE -> create(request, match);
      case BEGIN -> begin(request, match);
      case PIECE, QUERY ->
          uploads.piece(
              request.query().getOrDefault("upload_id", ""),
              request.headers().getOrDefault("content-range", ""),
              request.body(),
              request.headers().getOrDefault("x-goog-hash", ""));
      case BATCH -> throw new IllegalStateException("a batch in a batch");
    };
  }

  private static String plain(String encoded) {
    return encoded.replace("+", "%2B");
  }

  private static JsonObject json(String text) {
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private Response media(String name, Request request) {
    Optional<Stored> found = objects.find(name, request.number("generation"));
    if (found.isEmpty()) {
      return objects.absent(name);
    }
    Stored object = found.get();
    Matcher range =
        Pattern.compile("bytes=(\\d+)-").matcher(request.headers().getOrDefault("range", ""));
    long from = range.matches() ? Long.parseLong(range.group(1)) : 0;
    if (from > 0 && from >= object.content().size()) {
      return Response.error(416, "Requested range not satisfiable");
    }
    return new Response(range.matches() ? 206 : 200, Map.of(), object.content().from(from))
        .with("Content-Type", "application/octet-stream")
        .with("X-Goog-Generation", Long.toString(object.generation()))
        .with("X-Goog-Hash", "crc32c=" + object.crc32c());
  }

  private Response create(Request request, Optional<Long> match) {
    List<byte[]> parts = Multipart.parts(request);
    JsonObject given = json(new String(parts.get(0), UTF_8));
    return objects.put(given.get("name").getAsString(), Content.of(parts.get(1)), given, match);
  }

  private Response begin(Request request, Optional<Long> match) throws IOException {
    JsonObject given = json(request.text());
    String name =
        given.has("name")
            ? given.get("name").getAsString()
            : request.query().getOrDefault("name", "");
    if (!objects.meets(name, match)) {
      return Objects.notMet();
    }
    String id = uploads.begin(name, given, match);
    return Response.empty(200)
        .with(
            "Location",
            "http://" + address() + request.path() + "?uploadType=resumable&upload_id=" + id);
  }

  private Response batch(Request request) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] part : Multipart.parts(request)) {
      Request inner = Request.read(new ByteArrayInputStream(part)).orElseThrow();
      FakeHttp.Answer answer = answer(inner);
      Response response =
          faults
              .take(answer.call())
              .filter(fault -> fault.status() > 0)
              .map(fault -> Response.error(fault.status(), "injected"))
              .orElse(null);
      if (response == null) {
        response = answer.deed().apply(false);
      }
      body.write("--batch_x\r\nContent-Type: application/http\r\n\r\n".getBytes(UTF_8));
      response.send(body);
      body.write("\r\n".getBytes(UTF_8));
    }
    body.write("--batch_x--\r\n".getBytes(UTF_8));
    return new Response(
        200,
        Map.of("Content-Type", "multipart/mixed; boundary=batch_x"),
        Content.of(body.toByteArray()));
  }
}
