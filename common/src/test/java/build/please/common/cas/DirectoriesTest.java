// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.Directory;
import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DirectoriesTest {
  private static final Digest BLOB = Digest.of(new byte[] {1});

  private final Directory.Builder directory = Directory.newBuilder();

  private void file(String name) {
    directory.addFilesBuilder().setName(name).setDigest(BLOB.toProto());
  }

  private void child(String name) {
    directory.addDirectoriesBuilder().setName(name).setDigest(BLOB.toProto());
  }

  private void link(String name, String target) {
    directory.addSymlinksBuilder().setName(name).setTarget(target);
  }

  private String refusal() {
    return String.valueOf(
        assertThrows(
                MalformedException.class,
                () -> Directories.check(HashFunction.SHA256, directory.build()))
            .getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "/etc", "a\0b"})
  void badName_isRefusedInEachList(String name) {
    file(name);
    refusal();
    directory.clear();
    child(name);
    refusal();
    directory.clear();
    link(name, "target");
    refusal();
  }

  @Test
  void name_of255BytesIsFine_256IsNot() throws MalformedException {
    file("x".repeat(255));
    file("\u00e9".repeat(127));
    Directories.check(HashFunction.SHA256, directory.build());
    file("\u00e9".repeat(128));
    assertTrue(refusal().contains("255 bytes"));
  }

  @Test
  void oddButLegalNames_areAccepted() throws MalformedException {
    for (String name : new String[] {"...", " ", "-", "a\nb", "\u00fc", "*", "A", "a", "~"}) {
      file(name);
    }
    Directories.check(HashFunction.SHA256, directory.build());
  }

  @Test
  void sameNameTwice_isRefusedAndNamed() {
    file("twice");
    file("twice");
    assertTrue(refusal().contains("\"twice\" occurs twice"));
  }

  @Test
  void fileAndDirectoryOfOneName_areRefused() {
    file("x");
    child("x");
    refusal();
  }

  @Test
  void directoryAndLinkOfOneName_areRefused() {
    child("x");
    link("x", "/");
    refusal();
  }

  @Test
  void fileAndLinkOfOneName_areTolerated_asPleaseSendsThem() throws MalformedException {
    file("x");
    link("x", "y");
    Directories.check(HashFunction.SHA256, directory.build());
  }

  @Test
  void unsortedLists_areAccepted() throws MalformedException {
    file("b");
    file("a");
    child("d");
    child("c");
    Directories.check(HashFunction.SHA256, directory.build());
  }

  @Test
  void absentDigest_isRefusedAndNamed() {
    directory.addFilesBuilder().setName("lonely");
    assertTrue(refusal().contains("lonely"));
    directory.clear();
    directory.addDirectoriesBuilder().setName("alone");
    assertTrue(refusal().contains("alone"));
  }

  @Test
  void linkWithoutTarget_isRefused() {
    link("x", "");
    refusal();
  }

  @Test
  void bytesThatAreNoDirectory_areRefusedByDigest() {
    ByteString bytes = ByteString.copyFrom(new byte[] {(byte) 0xff, 1, 2});
    Digest digest = Digest.of(bytes);
    MalformedException refusal =
        assertThrows(MalformedException.class, () -> Directories.parse(digest, bytes));
    assertTrue(String.valueOf(refusal.getMessage()).contains(digest.toString()));
  }

  @Test
  void message_keepsControlCharactersOutOfLogs() {
    file("a\nb/");
    assertEquals(-1, refusal().indexOf('\n'));
  }
}
