// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.floor.EmptyServer;
import build.please.bench.server.Programs;
import build.please.bench.server.ServerProcess;
import build.please.bench.server.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a run starts itself: Elan, Mettle with everything in one process, and the empty service. */
final class OwnServers implements AutoCloseable {
  static final String NAME = "ours";

  private final List<ServerProcess> started = new CopyOnWriteArrayList<>();
  private final Programs programs;
  private final Path directory;

  OwnServers(Programs programs, Path directory) {
    this.programs = programs;
    this.directory = directory;
  }

  /** Elan on a fresh directory, and Mettle on another. */
  Target target() throws IOException {
    ServerProcess elan = start("elan", elan(Files.createDirectory(directory.resolve("store"))));
    ServerProcess mettle =
        start("mettle", mettle(Files.createDirectory(directory.resolve("mettle"))));
    return new Target(
        NAME,
        Optional.of(elan.endpoint()),
        Optional.of(mettle.endpoint()),
        Optional.of(mettle.endpoint()),
        true,
        "a killed process, not a power loss");
  }

  /** How Elan is started on a directory. */
  static String[] elan(Path store) {
    return new String[] {
      "--storage=file://" + store, "--host=127.0.0.1", "--port=0", "--admin_disabled", "-v=error"
    };
  }

  private static String[] mettle(Path data) {
    return new String[] {"dual", "--data_dir=" + data, "--port=0", "--num_workers=4", "-v=error"};
  }

  ServerProcess empty() throws IOException {
    return keep(
        ServerProcess.start(programs.floor(EmptyServer.class.getName()), programs.log("empty")));
  }

  private ServerProcess start(String module, String[] arguments) throws IOException {
    return keep(ServerProcess.start(programs.command(module, arguments), programs.log(module)));
  }

  private ServerProcess keep(ServerProcess process) {
    started.add(process);
    return process;
  }

  @Override
  public void close() {
    started.forEach(ServerProcess::end);
    started.forEach(ServerProcess::close);
  }
}
