// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that holds one token. */
final class TokenFile {
  private TokenFile() {}

  /**
   * The token, without the white space around it.
   *
   * @throws IOException if the file cannot be read, or holds anything but one word; names the file
   *     and not its content
   */
  static String read(Path file) throws IOException {
    String token;
    try {
      token = Files.readString(file).strip();
    } catch (NoSuchFileException e) {
      throw new IOException("token file " + file + " does not exist", e);
    } catch (CharacterCodingException e) {
      throw new IOException("token file " + file + " is not text", e);
    }
    if (token.isEmpty()) {
      throw new IOException("token file " + file + " is empty");
    }
    // A header holds printable ASCII.
    if (!token.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IOException("token file " + file + " holds more than one word of ASCII");
    }
    return token;
  }
}
