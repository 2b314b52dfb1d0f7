// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.InsecureServerCredentials;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The main of a process that {@link ShutdownTest} sends signals to. */
final class ShutdownProcess {
  private ShutdownProcess() {}

  public static void main(String[] arguments) throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch forced = new CountDownLatch(1);
    Duration limit = arguments[0].equals("slow") ? Duration.ofMillis(100) : Duration.ofMinutes(10);
    try (RpcServer server =
        RpcServer.start(
            TestServer.config(Duration.ofSeconds(5)),
            InsecureServerCredentials.create(),
            List.of(),
            List.of())) {
      if (arguments[0].equals("forcible")) {
        Shutdown.onSignal(server::requestStop, forced::countDown, limit);
      } else {
        Shutdown.onSignal(server::requestStop, limit);
      }
      System.out.println("ready");
      server.awaitTermination();
      System.out.println("stopping");
      switch (arguments[0]) {
        case "hangs", "slow" -> never.await();
        case "forcible" -> forced.await();
        default -> {}
      }
    }
    System.out.println("done");
  }
}
