// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.floor.EmptyServer;
import build.please.bench.server.Programs;
import build.please.bench.server.ServerProcess;
import build.please.bench.server.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a run starts itself: Elan, Mettle with everything in one process, and the empty service. */
final class OwnServers implements AutoCloseable {
  /** Ours on a file for each blob. */
  static final String FILE = "ours";

  /** Ours on a packed store. */
  static final String DISK = "ours disk://";

  private static final String SURVIVES = "a killed process, not a power loss";

  private final List<ServerProcess> started = new CopyOnWriteArrayList<>();
  private final Programs programs;
  private final Path directory;

  OwnServers(Programs programs, Path directory) {
    this.programs = programs;
    this.directory = directory;
  }

  /** Elan on a fresh directory, and Mettle on another. */
  Target files() throws IOException {
    ServerProcess elan =
        start("elan", elan("file", Files.createDirectory(directory.resolve("store"))));
    ServerProcess mettle =
        start("mettle", mettle(Files.createDirectory(directory.resolve("mettle"))));
    return new Target(
        FILE,
        Optional.of(elan.endpoint()),
        Optional.of(mettle.endpoint()),
        Optional.of(mettle.endpoint()),
        true,
        SURVIVES);
  }

  /**
   * Elan on a packed store.
   *
   * @throws IOException if it does not start
   */
  Target packed() throws IOException {
    ServerProcess elan =
        start("elan", elan("disk", Files.createDirectory(directory.resolve("packed"))));
    return new Target(
        DISK, Optional.of(elan.endpoint()), Optional.empty(), Optional.empty(), true, SURVIVES);
  }

  /** How Elan is started on a directory, with the store's own defaults. */
  static String[] elan(String scheme, Path store) {
    return new String[] {
      "--storage=" + scheme + "://" + store,
      "--host=127.0.0.1",
      "--port=0",
      "--admin_disabled",
      "-v=error"
    };
  }

  /** How Mettle is started on a directory, with everything in one process. */
  static String[] mettle(Path data, String... more) {
    List<String> arguments = new ArrayList<>(List.of("dual", "--data_dir=" + data, "--port=0"));
    arguments.addAll(List.of("--num_workers=4", "-v=error"));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
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
