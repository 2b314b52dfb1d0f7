// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.fitness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.mettle.fitness.Connectivity.Page;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong, as each check says it. */
@Timeout(60)
final class ChecksTest {
  private static final String MEMINFO =
      "MemTotal:       1000 kB\nMemFree:        10 kB\nMemAvailable:    250 kB\n";

  @TempDir Path root;

  private static String fault(Check check) {
    return check.fault().orElse("");
  }

  @Test
  void disk_isAskedForTheNearestDirectoryThatExists() {
    DiskSpace check =
        new DiskSpace(root.resolve("not/yet"), 100, path -> path.equals(root) ? 99 : 1_000);

    assertTrue(fault(check).startsWith("99 bytes are free"), fault(check));
  }

  @Test
  void disk_withEnoughRoomIsFit() {
    assertEquals("", fault(new DiskSpace(root, 100, path -> 100)));
    assertEquals("", fault(new DiskSpace(root, 0, path -> 0)));
    assertEquals("", fault(new DiskSpace(root, 1)));
  }

  @Test
  void memory_ofTheMachineCountsWithoutItsCaches() throws IOException {
    write("proc/meminfo", MEMINFO);

    assertEquals("", fault(new MemoryUse(76, root)));
    assertEquals(
        "75.0 % of the memory is in use, --memory_threshold is 75.0",
        fault(new MemoryUse(75, root)));
  }

  @Test
  void memory_ofTheContainerCountsWithoutItsFiles() throws IOException {
    write("proc/meminfo", MEMINFO);
    write("sys/fs/cgroup/memory.max", "1000\n");
    write("sys/fs/cgroup/memory.current", "990\n");
    write("sys/fs/cgroup/memory.stat", "anon 5\ninactive_file 90\nactive_file 7\n");

    assertEquals("", fault(new MemoryUse(90.5, root)));
    assertTrue(fault(new MemoryUse(90, root)).startsWith("90.0 %"));
  }

  @Test
  void memory_withoutLimitOrWithoutKnowledgeIsFit() throws IOException {
    assertEquals("", fault(new MemoryUse(1, root)));
    write("sys/fs/cgroup/memory.max", "max\n");
    write("sys/fs/cgroup/memory.current", "990\n");
    assertEquals("", fault(new MemoryUse(1, root)));
    write("proc/meminfo", MEMINFO);
    assertEquals("", fault(new MemoryUse(100, root)));
  }

  @Test
  void page_mustSayWhatItShould() throws IOException {
    assertEquals("", ask(Page.GSTATIC, 204, ""));
    assertEquals("", ask(Page.FIREFOX, 200, "success\n"));
    // A hotel's page, to log in.
    assertTrue(ask(Page.FIREFOX, 200, "<html>").endsWith("answers 200, not as it should"));
    assertTrue(ask(Page.GSTATIC, 302, "").endsWith("answers 302, not as it should"));
  }

  @Test
  void page_thatNobodyServesIsAFault() throws IOException {
    HttpServer server = serve(204, "");
    URI uri = uri(server);
    server.stop(0);

    String fault = fault(new Connectivity(Page.GSTATIC, uri, Duration.ofHours(1)));
    assertTrue(fault.contains("cannot be reached"), fault);
  }

  private static String ask(Page page, int code, String text) throws IOException {
    HttpServer server = serve(code, text);
    try {
      return fault(new Connectivity(page, uri(server), Duration.ofHours(1)));
    } finally {
      server.stop(0);
    }
  }

  private static URI uri(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/page");
  }

  private static HttpServer serve(int code, String text) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/page",
        exchange -> {
          byte[] body = text.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    return server;
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(Optional.ofNullable(path.getParent()).orElseThrow());
    Files.writeString(path, text);
  }
}
