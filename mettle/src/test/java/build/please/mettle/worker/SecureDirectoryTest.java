// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.mettle.conformance.Shows;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** J15: what is looked at is what is there, and nothing that a link leads to. */
final class SecureDirectoryTest {
  private static final Path FILE = Path.of("file");

  @TempDir Path directory;

  @BeforeEach
  void make() throws IOException {
    Files.writeString(directory.resolve(FILE), "content");
    Files.createDirectory(directory.resolve("d"));
    Files.createSymbolicLink(directory.resolve("link"), FILE);
    Files.createSymbolicLink(directory.resolve("to_d"), Path.of("d"));
  }

  @Test
  void digest_isOfTheContent() throws IOException {
    try (SecureDirectory open = SecureDirectory.open(directory)) {
      assertEquals(Digest.of("content".getBytes(StandardCharsets.UTF_8)), open.digest(FILE, 7));
    }
  }

  /** As when somebody appends to it, maybe for ever, or cuts it short. */
  @Test
  @Shows("WRK-11")
  void digest_fileThatHasAnotherSizeThanBefore_isNone() throws IOException {
    try (SecureDirectory open = SecureDirectory.open(directory)) {
      for (long size : new long[] {0, 6, 8, 1 << 20}) {
        IOException refused = assertThrows(IOException.class, () -> open.digest(FILE, size));
        assertEquals("it changes while it is read", refused.getMessage());
      }
    }
  }

  @Test
  void digest_fileThatNeverEnds_ends() throws IOException {
    try (SecureDirectory devices = SecureDirectory.open(Path.of("/dev"))) {
      assertThrows(IOException.class, () -> devices.digest(Path.of("zero"), 1 << 20));
    }
  }

  /** Fault 87: not even if they came into a directory's or a file's place just now. */
  @Test
  @Shows("WRK-14 WRK-28")
  void links_areNotFollowed() throws IOException {
    try (SecureDirectory open = SecureDirectory.open(directory)) {
      assertTrue(open.attributes(Path.of("link")).isSymbolicLink());
      assertThrows(IOException.class, () -> open.digest(Path.of("link"), 7));
      assertThrows(IOException.class, () -> open.directory(Path.of("to_d")));
    }
  }

  @Test
  void names_endsOneAfterAsManyAsWereWanted() throws IOException {
    try (SecureDirectory open = SecureDirectory.open(directory)) {
      assertEquals(3, open.names(2).size());
    }
    try (SecureDirectory open = SecureDirectory.open(directory)) {
      assertEquals(4, open.names(4).size());
    }
  }
}
