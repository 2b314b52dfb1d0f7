// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import build.please.common.rpc.RpcConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A main with all the shared options, run in this process. */
@Command(name = "prog", description = "A program.")
final class TestMain {
  @Mixin private final LoggingOptions logging = new LoggingOptions();
  @Mixin private final AdminOptions admin = AdminOptions.onPort(9990);

  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();

  Callable<Integer> body = () -> 0;
  @Nullable LoggingConfig loggingConfig;
  @Nullable RpcConfig rpcConfig;
  @Nullable SecurityConfig securityConfig;
  Optional<AdminAddress> adminConfig = Optional.empty();
  long size = -1;

  /** Exit code. */
  int run(String... arguments) {
    CommandLine line = new CommandLine(this);
    line.addSubcommand("serve", new Serve());
    line = CommandLines.of(line, "1.2.3");
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  @Command(name = "serve", description = "Serves.")
  private final class Serve implements Callable<Integer> {
    @Mixin private final RpcOptions rpc = new RpcOptions("127.0.0.1", 7778);

    @Option(
        names = "--size",
        converter = ByteSize.class,
        required = true,
        description = "Some size.")
    private long givenSize;

    @Override
    public Integer call() throws Exception {
      loggingConfig = logging.toConfig();
      rpcConfig = rpc.toConfig();
      securityConfig = rpc.toSecurity();
      adminConfig = admin.toConfig();
      size = givenSize;
      return body.call();
    }
  }
}
