// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandRulesTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  private final Command.Builder command = Command.newBuilder().addArguments("true");

  private void accepted() throws MalformedException {
    CommandRules.check(command.build());
  }

  private void refused() {
    assertThrows(MalformedException.class, this::accepted);
  }

  @Test
  void noArguments_areRefused() {
    command.clearArguments();
    refused();
    command.addArguments("");
    refused();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/abs", "../x", "a/../../x", "a/", "a//b", "/", "a\0b", "..", "./.././../x"})
  void badOutputPath_isRefusedInEitherWay(String path) {
    command.addOutputPaths(path);
    refused();
    command.clearOutputPaths();
    legacy(path, "dir");
    refused();
    command.clear().addArguments("true");
    legacy("file", path);
    refused();
  }

  @SuppressWarnings("deprecation")
  private void legacy(String file, String directory) {
    command.addOutputFiles(file).addOutputDirectories(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a/b/c", "./a", "a/../b", "*.xml", "a b", "..a", ""})
  void goodOutputPath_isAccepted(String path) throws MalformedException {
    command.addOutputPaths(path);
    accepted();
  }

  @Test
  void dotDotThatStaysInside_isAcceptedFromAWorkingDirectory() throws MalformedException {
    command.setWorkingDirectory("a/b").addOutputPaths("../../x");
    accepted();
    command.addOutputPaths("../../../x");
    refused();
  }

  @Test
  void repeatedUnsortedAndNestedOutputPaths_areAccepted() throws MalformedException {
    command.addOutputPaths("z").addOutputPaths("a").addOutputPaths("z").addOutputPaths("z/y");
    accepted();
  }

  @Test
  void legacyDuplicatesAndFileParents_areRefused() throws MalformedException {
    legacy("a", "d");
    accepted();
    legacy("a", "e");
    refused();
    command.clear().addArguments("true");
    legacy("same", "same");
    refused();
    command.clear().addArguments("true");
    legacy("a/b", "d");
    legacy("a", "d/e");
    refused();
  }

  @Test
  void wholeWorkingDirectory_isALegalOutputDirectory() throws MalformedException {
    legacy("a", "");
    accepted();
  }

  @Test
  void legacyFields_doNotCountBesideOutputPaths() throws MalformedException {
    legacy("/abs", "../x");
    command.addOutputPaths("fine");
    accepted();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/abs", "..", "a/../..", "a\0"})
  void workingDirectoryOutside_isRefused(String directory) {
    command.setWorkingDirectory(directory);
    refused();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a=b", "=", "a\0b"})
  void badEnvironmentName_isRefused(String name) {
    command.addEnvironmentVariablesBuilder().setName(name).setValue("v");
    refused();
  }

  @Test
  void environmentValueThatNoProcessCanGet_isRefused() {
    command.addEnvironmentVariablesBuilder().setName("A").setValue("x".repeat(2 << 20));
    refused();
  }

  @Test
  void unknownNodeProperty_isRefused() throws MalformedException {
    command.addOutputNodeProperties("mtime").addOutputNodeProperties("unix_mode");
    accepted();
    command.addOutputNodeProperties("colour");
    refused();
  }

  @Test
  void timeout_absentOrZero_isTheStandardOne() throws MalformedException {
    assertEquals(HOUR, CommandRules.timeout(Action.getDefaultInstance(), HOUR, DAY));
    Action zero =
        Action.newBuilder().setTimeout(com.google.protobuf.Duration.getDefaultInstance()).build();
    assertEquals(HOUR, CommandRules.timeout(zero, HOUR, DAY));
    assertEquals(HOUR, CommandRules.timeout(zero, DAY, HOUR));
  }

  @Test
  void timeout_within_isTaken_andAboveIsRefused() throws MalformedException {
    assertEquals(Duration.ofMillis(1500), CommandRules.timeout(timeout(1, 500_000_000), HOUR, DAY));
    assertEquals(DAY, CommandRules.timeout(timeout(86_400, 0), HOUR, DAY));
    assertThrows(
        MalformedException.class, () -> CommandRules.timeout(timeout(86_400, 1), HOUR, DAY));
  }

  @Test
  void timeout_negativeOrMalformed_isRefused() {
    for (Action action :
        new Action[] {
          timeout(-1, 0), timeout(0, -1), timeout(0, 1_000_000_000), timeout(Long.MAX_VALUE, 0)
        }) {
      assertThrows(MalformedException.class, () -> CommandRules.timeout(action, HOUR, DAY));
    }
  }

  private static Action timeout(long seconds, int nanos) {
    return Action.newBuilder()
        .setTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(seconds).setNanos(nanos))
        .build();
  }
}
