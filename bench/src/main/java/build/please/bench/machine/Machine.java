// SPDX-License-Identifier: Apache-2.0
package build.please.bench.machine;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine that a run was made on, as far as its figures depend on it. */
public record Machine(
    String processor,
    int cores,
    long memoryMib,
    String kernel,
    String java,
    String fileSystem,
    String load) {

  /**
   * This machine, now.
   *
   * @param directory where the servers keep their data
   */
  public static Machine describe(Path directory) throws IOException {
    FileStore store = Files.getFileStore(directory);
    return new Machine(
        processorName(),
        Runtime.getRuntime().availableProcessors(),
        memoryInMib(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        store.type(),
        Files.readString(Path.of("/proc/loadavg")).strip());
  }

  private static String processorName() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
      if (line.startsWith("model name")) {
        return line.substring(line.indexOf(':') + 1).strip();
      }
    }
    return System.getProperty("os.arch");
  }

  private static long memoryInMib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith("MemTotal:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
      }
    }
    return 0;
  }
}
