// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import java.util.Optional;
import java.util.Set;

/**
 * A name that ByteStream understands, by the grammar of the API (BSN-01 to BSN-12):
 *
 * <pre>
 *   read    [instance/]blobs/[FUNCTION/]HASH/SIZE
 *           [instance/]compressed-blobs/zstd/[FUNCTION/]HASH/SIZE
 *   upload  [instance/]uploads/UUID/(either of these)[/anything]
 * </pre>
 *
 * <p>BLAKE3 is named, SHA-256 need not be (BSN-05, BSN-06).
 */
public sealed interface ResourceName {
  String instance();

  Digest digest();

  Encoding encoding();

  /** The name of a blob to read. */
  record Read(String instance, Digest digest, Encoding encoding) implements ResourceName {
    @Override
    public String toString() {
      return prefix(instance) + path(digest, encoding);
    }
  }

  /** The name of one client's upload of a blob; {@code uuid} is whatever the client chose. */
  record Upload(String instance, String uuid, Digest digest, Encoding encoding)
      implements ResourceName {
    @Override
    public String toString() {
      return prefix(instance) + "uploads/" + uuid + "/" + path(digest, encoding);
    }
  }

  /** Segments that no instance name may contain (GEN-16). */
  Set<String> KEYWORDS =
      Set.of(
          "blobs",
          "uploads",
          "actions",
          "actionResults",
          "operations",
          "capabilities",
          "compressed-blobs");

  /**
   * The parts of a name to read.
   *
   * @throws MalformedException if it is not a read name
   */
  static Read parseRead(String name) throws MalformedException {
    Parser parser = new Parser(name);
    String instance = parser.instance();
    if (parser.peek().equals("uploads")) {
      throw parser.fault("is the name of an upload");
    }
    Encoding encoding = parser.encoding();
    Digest digest = parser.digest();
    if (parser.hasNext()) {
      throw parser.fault("goes on after the size");
    }
    return new Read(instance, digest, encoding);
  }

  /**
   * The parts of a name to upload to. What follows the size is the client's business and ignored
   * (BSN-08).
   *
   * @throws MalformedException if it is not an upload name
   */
  static Upload parseUpload(String name) throws MalformedException {
    Parser parser = new Parser(name);
    String instance = parser.instance();
    if (!parser.next().equals("uploads")) {
      throw parser.fault("has no uploads/UUID");
    }
    String uuid = parser.next();
    Encoding encoding = parser.encoding();
    return new Upload(instance, uuid, parser.digest(), encoding);
  }

  /**
   * Checks an instance name that came in a field of its own. The empty one is fine.
   *
   * @throws MalformedException if a segment is empty or reserved (GEN-16, GEN-17)
   */
  static void checkInstance(String instance) throws MalformedException {
    if (instance.isEmpty()) {
      return;
    }
    if (instance.length() > Parser.LONGEST) {
      throw new MalformedException("instance name '" + Parser.shorten(instance) + "' is too long");
    }
    for (String segment : instance.split("/", -1)) {
      if (segment.isEmpty() || KEYWORDS.contains(segment)) {
        throw new MalformedException(
            "instance name '" + Parser.shorten(instance) + "' has an empty or reserved segment");
      }
    }
  }

  private static String prefix(String instance) {
    return instance.isEmpty() ? "" : instance + "/";
  }

  private static String path(Digest digest, Encoding encoding) {
    return (encoding == Encoding.ZSTD ? "compressed-blobs/zstd/" : "blobs/") + digest;
  }

  /** Goes through the segments of one name. */
  final class Parser {
    /** Characters that a name may have; room for a path behind the size (BSN-08, fault 65). */
    private static final int LONGEST = 16 * 1024;

    private static final int LONGEST_SHOWN = 200;

    private final String name;
    private final String[] segments;
    private int next;

    private Parser(String name) throws MalformedException {
      this.name = name;
      if (name.length() > LONGEST) {
        throw fault("is longer than " + LONGEST + " characters");
      }
      this.segments = name.split("/", -1);
      for (String segment : segments) {
        if (segment.isEmpty()) {
          throw fault(name.isEmpty() ? "is empty" : "has an empty segment");
        }
      }
    }

    private boolean hasNext() {
      return next < segments.length;
    }

    private String peek() throws MalformedException {
      if (!hasNext()) {
        throw fault("ends too early");
      }
      return segments[next];
    }

    private String next() throws MalformedException {
      String segment = peek();
      next++;
      return segment;
    }

    /** Everything before the first keyword that starts a blob or upload. */
    private String instance() throws MalformedException {
      StringBuilder instance = new StringBuilder();
      while (!isStart(peek())) {
        String segment = next();
        if (KEYWORDS.contains(segment)) {
          throw fault("has the reserved segment '" + segment + "' in its instance name");
        }
        instance.append(instance.isEmpty() ? "" : "/").append(segment);
      }
      return instance.toString();
    }

    private static boolean isStart(String segment) {
      return segment.equals("blobs")
          || segment.equals("compressed-blobs")
          || segment.equals("uploads");
    }

    private Encoding encoding() throws MalformedException {
      String kind = next();
      if (kind.equals("blobs")) {
        return Encoding.IDENTITY;
      }
      if (!kind.equals("compressed-blobs")) {
        throw fault("has no blobs/HASH/SIZE");
      }
      String compressor = next();
      if (!compressor.equals("zstd")) {
        throw fault("names the compressor '" + shorten(compressor) + "'; only zstd is offered");
      }
      return Encoding.ZSTD;
    }

    private Digest digest() throws MalformedException {
      // Clients leave the function out for SHA-256; some servers accept it, so some clients may
      // send it.
      Optional<HashFunction> named = HashFunction.ofSegment(peek());
      if (named.isPresent()) {
        next();
      }
      String hash = next();
      String size = next();
      if (size.isEmpty()
          || size.length() > 19
          || !size.chars().allMatch(c -> c >= '0' && c <= '9')) {
        throw fault("has no decimal size");
      }
      try {
        return Digest.parse(named.orElse(HashFunction.SHA256), hash, Long.parseLong(size));
      } catch (NumberFormatException tooLarge) {
        throw fault("has a size beyond 2^63");
      } catch (MalformedException e) {
        throw fault("is malformed: " + e.getMessage());
      }
    }

    private MalformedException fault(String what) {
      return new MalformedException("resource name '" + shorten(name) + "' " + what);
    }

    private static String shorten(String text) {
      return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
    }
  }
}
