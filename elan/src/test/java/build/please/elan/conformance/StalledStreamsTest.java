// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.elan.service.ServiceConfig;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams that stand still let go of what they hold (fault 59, fault 134). */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class StalledStreamsTest {
  private static final Duration SHORT = Duration.ofMillis(150);
  private static final Duration LONG = Duration.ofMinutes(5);

  private static ServiceConfig idle(Duration idle) {
    return new ServiceConfig(idle, LONG, 1 << 30, Duration.ofMillis(50));
  }

  @ParameterizedTest
  @EnumSource
  void upload_thatStalls_isDropped(Setting setting) throws IOException {
    try (TestedElan elan = TestedElan.start(setting, idle(SHORT))) {
      Blob blob = elan.blob(100_000);
      Upload half = elan.upload().send(blob.uploadName(), 0, blob.part(0, 50_000));
      Upload packed =
          elan.upload().send(blob.packedUploadName(), 0, blob.packed().substring(0, 5000));
      Upload mute = elan.upload();

      Expect.code(Status.Code.DEADLINE_EXCEEDED, half::committedSize);
      Expect.code(Status.Code.DEADLINE_EXCEEDED, packed::committedSize);
      Expect.code(Status.Code.DEADLINE_EXCEEDED, mute::committedSize);
      elan.assertNothingIsOpen();
      assertEquals(0, elan.status(blob.uploadName()).getCommittedSize());
      assertTrue(elan.hasNoObject(blob.digest()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void upload_thatSendsNothingForEver_isDropped(Setting setting) throws IOException {
    try (TestedElan elan = TestedElan.start(setting, idle(SHORT))) {
      Blob blob = elan.blob(1000);
      Upload upload = elan.upload().send(blob.uploadName(), 0, blob.part(0, 10));
      Eventually.hold(
          "empty messages do not keep it alive",
          () -> {
            upload.send("", 10, ByteString.EMPTY);
            return upload.isOver();
          });

      Expect.code(Status.Code.DEADLINE_EXCEEDED, upload::committedSize);
      elan.assertNothingIsOpen();
    }
  }

  @Test
  void upload_thatGoesOnSlowly_isNot() throws IOException {
    Duration second = Duration.ofSeconds(1);
    try (TestedElan elan = TestedElan.start(Setting.MEMORY_IN_PROCESS, idle(second))) {
      Blob blob = elan.blob(40);
      Upload upload = elan.upload();
      long start = System.nanoTime();
      for (int i = 0; i < 39; i++) {
        upload.send(blob.uploadName(), i, blob.part(i, i + 1));
        int sent = i + 1;
        Eventually.hold(
            "it is here", () -> elan.status(blob.uploadName()).getCommittedSize() == sent);
        long due = start + TimeUnit.MILLISECONDS.toNanos(60L * (i + 1));
        Eventually.hold("a moment has passed", () -> System.nanoTime() - due > 0);
      }
      assertFalse(upload.isOver());
      assertEquals(40, upload.sendLast("", 39, blob.from(39)).halfClose().committedSize());
    }
  }

  @ParameterizedTest
  @EnumSource
  void read_thatStalls_isDropped(Setting setting) throws IOException {
    try (TestedElan elan = TestedElan.start(setting, idle(SHORT))) {
      Blob blob = elan.stored(elan.blob(8 << 20));
      Download one = elan.download(blob.readName()).take(1);
      Download two = elan.download(blob.packedReadName()).take(1);
      Eventually.hold("both have begun", () -> one.messages() == 1 && two.messages() == 1);

      elan.assertNothingIsOpen();
      one.take(Integer.MAX_VALUE);
      two.take(Integer.MAX_VALUE);
      assertEquals(Status.Code.DEADLINE_EXCEEDED, one.end().getCode());
      assertEquals(Status.Code.DEADLINE_EXCEEDED, two.end().getCode());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MEMORY_IN_PROCESS", "FILES_ON_A_SOCKET"})
  void uploadThatNobodyComesBackFor_isDiscarded(Setting setting) throws IOException {
    ServiceConfig config = new ServiceConfig(LONG, SHORT, 1 << 30, Duration.ofMillis(50));
    try (TestedElan elan = TestedElan.start(setting, config)) {
      Blob blob = elan.blob(1000);
      elan.upload().send(blob.uploadName(), 0, blob.part(0, 10)).halfClose().committedSize();

      elan.assertNothingIsOpen();
      assertEquals(0, elan.status(blob.uploadName()).getCommittedSize());
      Expect.invalid(
          () -> elan.upload().send(blob.uploadName(), 10, blob.from(10)).committedSize());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MEMORY_IN_PROCESS", "FILES_ON_A_SOCKET"})
  void uploadsThatWait_takeBoundedSpace(Setting setting) throws IOException {
    ServiceConfig config = new ServiceConfig(LONG, LONG, 100 << 20, Duration.ofMillis(50));
    try (TestedElan elan = TestedElan.start(setting, config)) {
      for (int i = 0; i < 50; i++) {
        Blob blob = elan.blob(1000);
        elan.upload().send(blob.uploadName(), 0, blob.part(0, 10)).halfClose().committedSize();
      }
      Eventually.hold("few are kept", () -> elan.bucket().writers() <= 7);
    }
  }
}
