// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file that holds one token and nothing else, or a token with its role on each line. No message
 * quotes any of its content.
 */
final class TokenFile {
  private TokenFile() {}

  /**
   * The only token, without the white space around it.
   *
   * @throws IOException if the file cannot be read, or holds anything but one word; names the file
   */
  static String read(Path file) throws IOException {
    String token = text(file).strip();
    if (!isToken(token)) {
      throw new IOException("token file " + file + " holds more than one word of ASCII");
    }
    return token;
  }

  /**
   * What a server lets in: a file of one word is a token with all rights, as in the reference. Else
   * each line is {@code ROLE TOKEN}; empty lines and those that begin with # are skipped.
   *
   * @throws IOException if the file cannot be read, or is neither; names the file and the line
   */
  static Tokens tokens(Path file) throws IOException {
    String text = text(file);
    if (isToken(text.strip())) {
      return new Tokens(Map.of(text.strip(), Role.ADMIN));
    }
    Map<String, Role> roles = new HashMap<>();
    List<String> lines = text.lines().map(String::strip).toList();
    for (int n = 1; n <= lines.size(); n++) {
      String line = lines.get(n - 1);
      if (!line.isEmpty() && !line.startsWith("#")) {
        add(roles, line, "token file " + file + ", line " + n);
      }
    }
    if (roles.isEmpty()) {
      throw new IOException("token file " + file + " holds no token");
    }
    return new Tokens(roles);
  }

  private static void add(Map<String, Role> roles, String line, String place) throws IOException {
    String[] words = line.split("\\s+", -1);
    Optional<Role> role = Role.named(words[0]);
    if (words.length != 2 || role.isEmpty() || !isToken(words[1])) {
      throw new IOException(place + " is not a role (reader, writer or admin) and a token");
    }
    if (roles.putIfAbsent(words[1], role.get()) != null) {
      throw new IOException(place + " repeats a token");
    }
  }

  private static String text(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new IOException("token file " + file + " does not exist", e);
    } catch (CharacterCodingException e) {
      throw new IOException("token file " + file + " is not text", e);
    } catch (IOException e) {
      throw new IOException("token file " + file + " cannot be read", e);
    }
    if (text.isBlank()) {
      throw new IOException("token file " + file + " is empty");
    }
    return text;
  }

  /** A header holds printable ASCII. */
  private static boolean isToken(String word) {
    return word.chars().allMatch(c -> c > ' ' && c < 127);
  }
}
