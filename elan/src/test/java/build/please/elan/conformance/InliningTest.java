// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.GetActionResultRequest;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.List;

/** AC: contents in results, to the client and from it. */
final class InliningTest extends Section {
  InliningTest() {
    check("AC-06 AC-07 AC-08", "what is asked for is inlined", InliningTest::inlined);
    check("AC-08", "an output file only by its exact path", InliningTest::exactPath);
    check("AC-09", "what is not asked for is not inlined", InliningTest::notInlined);
    check("AC-10", "what does not fit is not inlined", InliningTest::tooLarge);
    check("AC-10", "nor a blob that many outputs share", InliningTest::tooLargeTogether);
    check("AC-11", "the digests stay, and failures are no errors", InliningTest::digestsStay);
    check("AC-21", "contents move to the CAS", InliningTest::rawMoves);
    check("AC-21", "contents of another digest are refused", InliningTest::rawMismatch);
  }

  private static void inlined(TestedElan elan) throws IOException {
    Blob stdout = elan.stored(elan.text(3000));
    Blob stderr = elan.storedPacked(elan.text(3000));
    Blob content = elan.stored(elan.blob(100));
    Blob action = elan.blob(10);
    ActionResult result =
        ActionResult.newBuilder()
            .setStdoutDigest(stdout.proto())
            .setStderrDigest(stderr.proto())
            .addOutputFiles(Results.file("a", content))
            .addOutputFiles(Results.file("b", content))
            .build();
    Results.update(elan, action, result);

    ActionResult answer =
        Results.get(
            elan,
            Results.ask(action)
                .setInlineStdout(true)
                .setInlineStderr(true)
                .addInlineOutputFiles("b"));
    assertEquals(stdout.bytes(), answer.getStdoutRaw());
    assertEquals(stderr.bytes(), answer.getStderrRaw());
    assertEquals(ByteString.EMPTY, answer.getOutputFiles(0).getContents());
    assertEquals(content.bytes(), answer.getOutputFiles(1).getContents());
    assertEquals(
        ByteString.EMPTY,
        Results.get(elan, Results.ask(action).setInlineStdout(true)).getStderrRaw());
    assertEquals(
        ByteString.EMPTY,
        Results.get(elan, Results.ask(action).setInlineStderr(true)).getStdoutRaw());
  }

  private static void exactPath(TestedElan elan) throws IOException {
    Blob action = elan.blob(10);
    Results.update(elan, action, Results.result(elan));
    ActionResult answer =
        Results.get(
            elan,
            Results.ask(action)
                .addAllInlineOutputFiles(
                    List.of("out", "file", "out/file/", "/out/file", "OUT/FILE", "", "none")));

    assertEquals(ByteString.EMPTY, answer.getOutputFiles(0).getContents());
  }

  private static void notInlined(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.text(100));
    Blob action = elan.blob(10);
    ActionResult plain =
        ActionResult.newBuilder()
            .setStdoutDigest(blob.proto())
            .setStderrDigest(blob.proto())
            .addOutputFiles(Results.file("f", blob))
            .build();
    ActionResult.Builder raw =
        plain.toBuilder().setStdoutRaw(blob.bytes()).setStderrRaw(blob.bytes());
    raw.getOutputFilesBuilder(0).setContents(blob.bytes());
    Results.update(elan, action, raw.build());
    assertEquals(plain, Results.get(elan, action));

    // As another server may have stored it.
    elan.store().actions().put(action.digest(), raw.build(), ActionCache.Replace.ALWAYS);
    assertEquals(plain, Results.get(elan, action));
  }

  private static void tooLarge(TestedElan elan) throws IOException {
    Blob large = elan.stored(elan.blob(5_000_000));
    Blob small = elan.stored(elan.blob(10));
    Blob action = elan.blob(10);
    Results.update(
        elan,
        action,
        ActionResult.newBuilder()
            .setStdoutDigest(large.proto())
            .setStderrDigest(small.proto())
            .addOutputFiles(Results.file("large", large))
            .addOutputFiles(Results.file("small", small))
            .build());
    ActionResult answer =
        Results.get(
            elan,
            Results.ask(action)
                .setInlineStdout(true)
                .setInlineStderr(true)
                .addInlineOutputFiles("large")
                .addInlineOutputFiles("small"));

    assertTrue(answer.getSerializedSize() < 4 << 20);
    assertEquals(ByteString.EMPTY, answer.getStdoutRaw());
    assertEquals(small.bytes(), answer.getStderrRaw());
    assertEquals(ByteString.EMPTY, answer.getOutputFiles(0).getContents());
    assertEquals(small.bytes(), answer.getOutputFiles(1).getContents());
  }

  private static void tooLargeTogether(TestedElan elan) throws IOException {
    Blob content = elan.stored(elan.blob(1_000_000));
    Blob action = elan.blob(10);
    ActionResult.Builder result = ActionResult.newBuilder();
    GetActionResultRequest.Builder request = Results.ask(action);
    for (int i = 0; i < 20; i++) {
      result.addOutputFiles(Results.file("f" + i, content));
      request.addInlineOutputFiles("f" + i);
    }
    Results.update(elan, action, result.build());

    ActionResult answer = Results.get(elan, request);
    assertTrue(answer.getSerializedSize() < 4 << 20);
    assertEquals(content.bytes(), answer.getOutputFiles(0).getContents());

    // Contents that are nowhere else, as another server may have stored them.
    ActionResult huge =
        ActionResult.newBuilder()
            .setStdoutRaw(elan.blob(3 << 20).bytes())
            .setStderrRaw(elan.blob(3 << 20).bytes())
            .build();
    elan.store().actions().put(action.digest(), huge, ActionCache.Replace.ALWAYS);
    ActionResult stripped =
        Results.get(elan, Results.ask(action).setInlineStdout(true).setInlineStderr(true));
    assertTrue(stripped.getSerializedSize() < 4 << 20);
  }

  private static void digestsStay(TestedElan elan) throws IOException {
    Blob stdout = elan.stored(elan.blob(100_000));
    Blob content = elan.stored(elan.blob(100_000));
    Blob action = elan.blob(10);
    ActionResult result =
        ActionResult.newBuilder()
            .setStdoutDigest(stdout.proto())
            .addOutputFiles(Results.file("f", content))
            .build();
    Results.update(elan, action, result);
    GetActionResultRequest.Builder request =
        Results.ask(action).setInlineStdout(true).addInlineOutputFiles("f");
    ActionResult answer = Results.get(elan, request);
    assertEquals(stdout.proto(), answer.getStdoutDigest());
    assertEquals(content.proto(), answer.getOutputFiles(0).getDigest());

    elan.bucket().failReads();
    assertEquals(result, Results.get(elan, request));
    elan.bucket().shortenBlobs();
    assertEquals(result, Results.get(elan, request));
  }

  private static void rawMoves(TestedElan elan) throws IOException {
    Blob stdout = elan.text(5000);
    Blob stderr = elan.text(5000);
    Blob content = elan.blob(50);
    Blob action = elan.blob(10);
    ActionResult raw =
        ActionResult.newBuilder()
            .setStdoutRaw(stdout.bytes())
            .setStderrRaw(stderr.bytes())
            .setStderrDigest(stderr.proto())
            .addOutputFiles(Results.file("f", content).toBuilder().setContents(content.bytes()))
            .build();

    Results.update(elan, action, raw);

    ActionResult moved = Results.get(elan, action);
    assertEquals(stdout.proto(), moved.getStdoutDigest());
    assertEquals(stderr.proto(), moved.getStderrDigest());
    for (Blob blob : List.of(stdout, stderr, content)) {
      assertEquals(blob.bytes(), elan.read(blob.readName()));
    }
    assertEquals(
        stdout.bytes(),
        Results.get(elan, Results.ask(action).setInlineStdout(true)).getStdoutRaw());
  }

  private static void rawMismatch(TestedElan elan) {
    Blob content = elan.blob(50);
    ByteString wrong = ByteString.copyFrom(content.corrupted());
    Blob action = elan.blob(10);
    for (ActionResult one :
        List.of(
            ActionResult.newBuilder().setStdoutRaw(wrong).setStdoutDigest(content.proto()).build(),
            ActionResult.newBuilder().setStderrRaw(wrong).setStderrDigest(content.proto()).build(),
            ActionResult.newBuilder()
                .addOutputFiles(Results.file("f", content).toBuilder().setContents(wrong))
                .build())) {
      Expect.invalid(() -> Results.update(elan, action, one));
    }
  }
}
