// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import java.util.concurrent.Callable;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The main of a process whose output {@link LoggingTest} reads. */
@Command(name = "logs")
final class LogProcess implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(LogProcess.class);

  @Mixin private final LoggingOptions logging = new LoggingOptions();
  @Mixin private final AdminOptions admin = AdminOptions.onPort(9990);

  @Mixin private final RpcOptions rpc = new RpcOptions("", 7777);

  private LogProcess() {}

  public static void main(String[] arguments) {
    System.exit(CommandLines.of(new LogProcess(), "1").execute(arguments));
  }

  @Override
  public Integer call() {
    log.info("before \"flags\"");
    logging.apply();
    log.debug("debug");
    log.info("info");
    log.warn("warn", new IllegalStateException("with\tstack"));
    LoggerFactory.getLogger("io.netty.channel").info("chatter");
    java.util.logging.Logger.getLogger("io.grpc.internal").log(Level.INFO, "jul chatter");
    java.util.logging.Logger.getLogger("io.grpc.internal").log(Level.WARNING, "jul warning");
    System.out.println(
        "admin=" + admin.toConfig().isPresent() + " token=" + rpc.toSecurity().tokenFile());
    return 0;
  }
}
