// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.elan.fakegcs.FakeGcs;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;

/** Our fake of Cloud Storage as a process, with a bucket that lies on disk: BUCKET DIRECTORY. */
final class FakeGcsProcess {
  private FakeGcsProcess() {}

  public static void main(String[] arguments) throws Exception {
    try (FakeGcs cloud = FakeGcs.start(arguments[0], Path.of(arguments[1]), Clock.systemUTC())) {
      // In the words of a server, so that scripts wait for both alike.
      System.out.println("ready grpc://" + cloud.address());
      new CountDownLatch(1).await();
    }
  }
}
