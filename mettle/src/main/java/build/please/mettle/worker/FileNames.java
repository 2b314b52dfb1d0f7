// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.MalformedException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * What can be a file's name here. The API's names are UTF-8, but Java encodes names as the locale
 * says that it was started in, and in another one would write, find and report wrong names without
 * a word (J10). So those that would suffer are refused.
 */
record FileNames(Charset encoding) {
  /** What Linux takes in one call, from the root on. */
  private static final int MAX_PATH_BYTES = 4095;

  /**
   * @throws MalformedException if the name cannot be written as it is
   */
  void check(String name) throws MalformedException {
    if (!encoding.equals(StandardCharsets.UTF_8) && !name.chars().allMatch(c -> c < 128)) {
      throw new MalformedException(
          "\""
              + name
              + "\" is not ASCII, and this worker's locale encodes names as "
              + encoding
              + "; start it with LC_ALL=C.UTF-8");
    }
  }

  /**
   * A path with one or more further segments.
   *
   * @throws MalformedException if it cannot be written as it is
   */
  Path resolve(Path parent, String name) throws MalformedException {
    check(name);
    if (parent.toString().length() + name.length() > MAX_PATH_BYTES / 4
        && (parent + "/" + name).getBytes(encoding).length > MAX_PATH_BYTES) {
      throw new MalformedException(
          "a path is longer than " + MAX_PATH_BYTES + " bytes; it ends in " + name);
    }
    try {
      return parent.resolve(name);
    } catch (InvalidPathException e) {
      throw new MalformedException("\"" + name + "\" cannot be a path: " + e.getReason());
    }
  }

  /**
   * The name of an existing file, whose bytes may be anything.
   *
   * @throws MalformedException if they are not UTF-8, so that no message can hold them; the message
   *     shows them escaped
   */
  String read(Path name) throws MalformedException {
    String text = name.toString();
    if (!encoding.equals(StandardCharsets.UTF_8)) {
      if (text.chars().anyMatch(c -> c > 127)) {
        throw new MalformedException("name " + escaped(name) + " is not ASCII, as we must be");
      }
      return text;
    }
    // Bytes that are no text are shown as U+FFFD, which leads back to other bytes.
    if (text.indexOf('\uFFFD') >= 0 && !name.getFileSystem().getPath(text).equals(name)) {
      throw new MalformedException("name " + escaped(name) + " is not UTF-8");
    }
    return text;
  }

  /** Its last segment, with every byte that is no plain character as {@code %XX}. */
  private static String escaped(Path name) {
    String uri = name.toAbsolutePath().toUri().getRawPath();
    String trimmed = uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
    return trimmed.substring(trimmed.lastIndexOf('/') + 1);
  }
}
