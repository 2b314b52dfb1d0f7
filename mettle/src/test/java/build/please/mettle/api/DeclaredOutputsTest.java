// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static build.please.proto.execution.ExecutionStage.Value.QUEUED;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.proto.execution.Action;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Command;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Execute takes a stored result only if it has every output that the command declares. */
@Timeout(60)
@SuppressWarnings("deprecation") // Both generations of outputs and symlinks.
final class DeclaredOutputsTest {
  private ApiServer api;

  @BeforeEach
  void start() throws IOException {
    api = new ApiServer();
  }

  @AfterEach
  void stop() throws IOException {
    api.close();
  }

  @Test
  void execute_storedResultHasAllPaths_isAHit() {
    ActionResult.Builder result = ActionResult.newBuilder();
    result.addOutputFilesBuilder().setPath("file");
    result.addOutputDirectoriesBuilder().setPath("dir");
    result.addOutputSymlinksBuilder().setPath("link");
    result.addOutputFileSymlinksBuilder().setPath("old/link");
    result.addOutputDirectorySymlinksBuilder().setPath("old/dirlink");
    result.addOutputFilesBuilder().setPath("one/more");
    assertHit(
        Command.newBuilder()
            .addOutputPaths("file")
            .addOutputPaths("dir")
            .addOutputPaths("link")
            .addOutputPaths("old/link")
            .addOutputPaths("old/dirlink"),
        result);
  }

  @Test
  void execute_storedResultLacksAPath_runs() {
    ActionResult.Builder result = ActionResult.newBuilder();
    result.addOutputFilesBuilder().setPath("there");
    assertRun(Command.newBuilder().addOutputPaths("there").addOutputPaths("absent"), result);
    assertRun(Command.newBuilder().addOutputPaths("./there"), result);
  }

  @Test
  void execute_storedResultHasAllOldStyleOutputs_isAHit() {
    ActionResult.Builder result = ActionResult.newBuilder();
    result.addOutputFilesBuilder().setPath("file");
    result.addOutputDirectoriesBuilder().setPath("dir");
    assertHit(Command.newBuilder().addOutputFiles("file").addOutputDirectories("dir"), result);
  }

  @Test
  void execute_storedResultLacksAnOldStyleOutput_runs() {
    ActionResult.Builder result = ActionResult.newBuilder();
    result.addOutputFilesBuilder().setPath("file");
    assertRun(Command.newBuilder().addOutputFiles("file").addOutputFiles("absent"), result);
    assertRun(Command.newBuilder().addOutputFiles("file").addOutputDirectories("d"), result);
  }

  @Test
  void execute_pathsAndOldStyleOutputs_onlyPathsCount() {
    ActionResult.Builder result = ActionResult.newBuilder();
    result.addOutputFilesBuilder().setPath("file");
    assertHit(Command.newBuilder().addOutputPaths("file").addOutputFiles("ignored"), result);
  }

  private void assertHit(Command.Builder command, ActionResult.Builder result) {
    assertTrue(api.execute(store(command, result)).last().getCachedResult());
  }

  private void assertRun(Command.Builder command, ActionResult.Builder result) {
    api.execute(store(command, result)).next(QUEUED);
  }

  private Digest store(Command.Builder command, ActionResult.Builder result) {
    Digest action = api.store(Action.newBuilder(), command);
    api.results.put(action, result.build(), ActionCache.Replace.ALWAYS);
    return action;
  }
}
