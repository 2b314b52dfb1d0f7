// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cli.AdminAddress;
import build.please.common.cli.SecurityConfig.TokenScope;
import build.please.common.cli.UsageException;
import build.please.elan.Elan.Settings;
import build.please.elan.bucket.DiskTier;
import build.please.elan.store.StoreConfig;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * Every flag of please-servers' Elan, both versions: what it becomes, or the line that says why it
 * has no effect; and the grammar of values. Variables are {@link FlagVariablesTest}'s.
 */
final class FlagsTest {
  private final Logger ours = (Logger) LoggerFactory.getLogger("build.please");
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    ours.addAppender(log);
  }

  @AfterEach
  void unlisten() {
    ours.detachAppender(log);
  }

  /** Exit code and stderr; what the command would do is left out. */
  private record Parsed(Elan elan, int exitCode, String err) {}

  private static Parsed parse(String... arguments) {
    Elan elan = new Elan();
    StringWriter err = new StringWriter();
    CommandLine line = elan.commandLine().setErr(new PrintWriter(err, true));
    line.setExecutionStrategy(parsed -> 0);
    return new Parsed(elan, line.execute(arguments), err.toString());
  }

  private static Settings settings(String... arguments) {
    Parsed parsed =
        parse(
            Stream.concat(Stream.of("--storage=mem://"), Stream.of(arguments))
                .toArray(String[]::new));
    assertEquals(0, parsed.exitCode(), parsed.err());
    return parsed.elan().settings();
  }

  private List<String> warnings() {
    return log.list.stream()
        .filter(event -> event.getLevel() == Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .collect(Collectors.toList());
  }

  static Stream<Arguments> effects() {
    return Stream.of(
        effect("-s mem://x", Settings::storage, "mem://x"),
        effect("--storage=mem://x", Settings::storage, "mem://x"),
        effect("--storage_url mem://x", Settings::storage, "mem://x"),
        effect("--store_max_size=1G", s -> s.store().bounds().maxBytes(), 1_000_000_000L),
        effect("--store_lease=60", s -> s.store().bounds().lease(), Duration.ofMinutes(1)),
        effect("--ac_promise=24h", s -> s.store().promise(), Duration.ofDays(1)),
        effect("--ac_keep_first", s -> s.store().results(), StoreConfig.Results.FIRST),
        effect("--max_blob_size=2M", s -> s.store().maxBlobBytes(), 2_000_000L),
        effect(
            "--store_compressed=never",
            s -> s.store().compressed(),
            StoreConfig.Compressed.DECODED),
        effect("--known_blob_cache_size=7", s -> s.store().knownBlobs(), 7L),
        effect(
            "-s file --cache_max_size=20M --cache_max_item_size=1K --store_min_free=5M",
            s -> List.of(s.store().memory(), s.store().bounds().minFreeBytes()),
            List.of(new StoreConfig.MemoryTier(20_000_000, 1000), 5_000_000L)),
        effect(
            "-s gs://bucket --cache_dir=/cache --cache_max_size=20M",
            s -> s.disk().orElseThrow(),
            new DiskTier(Path.of("/cache"), 20_000_000)),
        effect("--parallelism=7", Settings::parallelism, 7),
        effect("--dir_cache_size=7", Settings::directories, 7),
        effect("--dir_cache_size 0", Settings::directories, 0),
        effect("--host=127.0.0.1", settings -> settings.rpc().host(), "127.0.0.1"),
        effect("-p 1", settings -> settings.rpc().port(), 1),
        effect("-p1", settings -> settings.rpc().port(), 1),
        effect("--port=0", settings -> settings.rpc().port(), 0),
        effect("--rpc_threads=3", settings -> settings.rpc().threads(), 3),
        effect("--drain_timeout=90", FlagsTest::drain, Duration.ofSeconds(90)),
        effect("--drain_timeout=1h30m", FlagsTest::drain, Duration.ofMinutes(90)),
        effect("--drain_timeout 1.5s", FlagsTest::drain, Duration.ofMillis(1500)),
        effect("-k k", settings -> settings.security().keyFile(), file("k")),
        effect("--key_file=k", settings -> settings.security().keyFile(), file("k")),
        effect("-c c", settings -> settings.security().certFile(), file("c")),
        effect("--cert_file=c", settings -> settings.security().certFile(), file("c")),
        effect("--tls-min-version=1.2", settings -> settings.security().tlsMinVersion(), "1.2"),
        effect("--token_file=t", settings -> settings.security().tokenFile(), file("t")),
        effect(
            "--auth_all --token_file=t",
            settings -> settings.security().tokenScope(),
            TokenScope.ALL),
        effect(
            "-k k -c c --client_ca_file=ca",
            settings -> settings.security().clientCaFile(),
            file("ca")),
        effect(
            "-k k -c c --client_ca_file=ca --client_subject=a --client_subject=admin:b",
            settings -> settings.security().clientSubjects(),
            List.of("a", "admin:b")),
        effect("-m 13434", Settings::admin, admin("", 13434)),
        effect("--metrics_port=13434", Settings::admin, admin("", 13434)),
        effect("--metrics_port=0", Settings::admin, Optional.empty()),
        effect("--admin_port=1", Settings::admin, admin("", 1)),
        effect("--admin_host=h --admin_port=1", Settings::admin, admin("h", 1)),
        effect("--admin_disabled", Settings::admin, Optional.empty()),
        effect("-v debug --file_verbosity=4 --log_file=f", Settings::parallelism, 50),
        effect("--verbosity notice --structured_logs", Settings::parallelism, 50));
  }

  private static Arguments effect(String flags, Function<Settings, Object> of, Object expected) {
    return Arguments.of(flags, of, expected);
  }

  private static Duration drain(Settings settings) {
    return settings.rpc().drain();
  }

  private static Optional<Path> file(String name) {
    return Optional.of(Path.of(name));
  }

  private static Optional<AdminAddress> admin(String host, int port) {
    return Optional.of(new AdminAddress(host, port, AdminAddress.Origin.GIVEN));
  }

  @ParameterizedTest
  @MethodSource("effects")
  void flag_hasItsEffect(String flags, Function<Settings, Object> of, Object expected) {
    assertEquals(expected, of.apply(settings(flags.split(" ", -1))));
    assertEquals(List.of(), warnings());
  }

  @Test
  void nothingGiven_defaults() {
    Settings settings = settings();
    assertEquals("", settings.rpc().host());
    assertEquals(7777, settings.rpc().port());
    assertEquals(64, settings.rpc().threads());
    assertEquals(Duration.ofSeconds(30), settings.rpc().drain());
    assertEquals(50, settings.parallelism());
    assertEquals(10_240, settings.directories());
    assertEquals("1.3", settings.security().tlsMinVersion());
    assertEquals(TokenScope.WRITES, settings.security().tokenScope());
    assertTrue(settings.security().isOpen());
    assertEquals(
        Optional.of(new AdminAddress("", 9990, AdminAddress.Origin.DEFAULT)), settings.admin());
    assertEquals(List.of(), warnings());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--cache_num_counters=100000",
        "--max_size=202400",
        "--admin_gcp_profiling",
        "--redis_url=localhost:6379",
        "--redis_read_url=localhost:6379",
        "--redis_password=secret",
        "--redis_password_file=f",
        "--redis_pool_size=10",
        "--redis_read_pool_size=10",
        "--redis_min_idle_conns=0",
        "--redis_read_min_idle_conns=0",
        "--redis_pool_timeout=5s",
        "--redis_read_pool_timeout=5s",
        "--redis_read_timeout=1s",
        "--redis_write_timeout=1m",
        "--redis_ca_file=f",
        "--redis_tls",
        "--redis_max_size=202400",
      })
  void flagWithoutEffect_warnsInOneLine(String flag) {
    assertEquals(settings(), settings(flag));
    assertEquals(1, warnings().size(), warnings().toString());
    String warning = warnings().get(0);
    assertTrue(warning.contains(flag.replaceFirst("=.*", "")), warning);
    assertTrue(warning.contains("no effect"), warning);
    assertTrue(!warning.contains("secret"), warning);
  }

  @Test
  void redisFlags_warnTogether() {
    settings("--redis_url=h:1", "--redis_tls", "--redis_pool_size=3");
    assertEquals(1, warnings().size());
    assertTrue(
        warnings().get(0).contains("--redis_url, --redis_pool_size, --redis_tls"),
        warnings().get(0));
  }

  /** Each value that does not fit its flag: one line, which names both, and 1. */
  @ParameterizedTest
  @CsvSource({
    "--parallelism, 0",
    "--parallelism, many",
    "--dir_cache_size, -1",
    "--dir_cache_size, 10K",
    "--port, 65536",
    "--port, http",
    "--rpc_threads, 0",
    "--drain_timeout, soon",
    "--drain_timeout, 5 parsecs",
    "--tls-min-version, 1.1",
    "--auth_all, perhaps",
    "--verbosity, loud",
    "--file_verbosity, 5",
    "--structured_logs, perhaps",
    "--metrics_port, -1",
    "--admin_port, 100000",
    "--admin_disabled, perhaps",
    "--admin_gcp_profiling, perhaps",
    "--cache_max_item_size, 10Q",
    "--cache_num_counters, few",
    "--max_size, -5",
    "--cache_max_size, -1",
    "--known_blob_cache_size, few",
    "--store_max_size, much",
    "--store_min_free, -1",
    "--store_lease, soon",
    "--ac_promise, later",
    "--max_blob_size, 2X",
    "--store_compressed, zip",
    "--redis_pool_size, ten",
    "--redis_read_pool_size, 1.5",
    "--redis_min_idle_conns, -1",
    "--redis_read_min_idle_conns, x",
    "--redis_pool_timeout, 5x",
    "--redis_read_pool_timeout, -1s",
    "--redis_read_timeout, s",
    "--redis_write_timeout, 1m1",
    "--redis_tls, perhaps",
    "--redis_max_size, huge",
  })
  void badValue_isOneLine(String flag, String value) {
    Parsed parsed = parse("--storage=mem://", flag + "=" + value);
    assertEquals(1, parsed.exitCode());
    assertEquals(1, parsed.err().lines().count(), parsed.err());
    assertTrue(parsed.err().startsWith("elan: "), parsed.err());
    assertTrue(parsed.err().contains(flag), parsed.err());
    assertTrue(parsed.err().contains(value), parsed.err());
  }

  /** Each flag that wants a value and gets none. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-s",
        "-p",
        "-k",
        "-c",
        "-v",
        "-m",
        "--parallelism",
        "--dir_cache_size",
        "--host",
        "--token_file",
        "--log_file",
        "--admin_host",
        "--redis_url",
        "--max_size"
      })
  void missingValue_isOneLine(String flag) {
    Parsed parsed = parse("--storage=mem://", flag);
    assertEquals(1, parsed.exitCode());
    assertEquals(1, parsed.err().lines().count(), parsed.err());
    assertTrue(parsed.err().contains(flag), parsed.err());
  }

  @Test
  void storage_isRequired() {
    UsageException e = assertThrows(UsageException.class, () -> parse().elan().settings());
    assertTrue(String.valueOf(e.getMessage()).contains("--storage"), e.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--nosuch", "-x", "leftover", "-- leftover", "-- --port=1", "-px"})
  void whatIsNoFlag_isOneLine(String arguments) {
    Parsed parsed =
        parse(
            Stream.concat(Stream.of("--storage=mem://"), Stream.of(arguments.split(" ", -1)))
                .toArray(String[]::new));
    assertEquals(1, parsed.exitCode(), arguments);
    assertEquals(1, parsed.err().lines().count(), parsed.err());
  }

  @Test
  void terminator_endsTheFlags() {
    assertEquals(1, settings("-p", "1", "--").rpc().port());
  }

  @Test
  void repeated_lastWins() {
    assertEquals(2, settings("-p", "1", "--port=2").rpc().port());
  }

  /** As with -abc for -a -b -c; of short flags that take no value there is one. */
  @Test
  void shortFlags_areGrouped() {
    StringWriter out = new StringWriter();
    CommandLine line = new Elan().commandLine().setOut(new PrintWriter(out, true));
    assertEquals(0, line.execute("-hp1"));
    assertTrue(out.toString().contains("--storage"));
  }

  @Test
  void help_explainsOperation() {
    StringWriter out = new StringWriter();
    CommandLine line = new Elan().commandLine().setOut(new PrintWriter(out, true));
    assertEquals(0, line.execute("--help"));
    String help = out.toString();
    for (String word :
        List.of(
            "ready grpc://",
            "SIGTERM",
            "/metrics",
            "/readyz",
            "--redis_*",
            "LARGE_BLOB_SIZE",
            "elan --storage=file:///var/lib/elan")) {
      assertTrue(help.contains(word), word);
    }
    assertEquals(List.of(), help.lines().filter(row -> row.length() > 100).toList());
  }

  @Test
  void help_namesEachFlagThatHasAnEffect() {
    StringWriter out = new StringWriter();
    CommandLine line = new Elan().commandLine().setOut(new PrintWriter(out, true));
    assertEquals(0, line.execute("--help"));
    effects()
        .map(effect -> effect.get()[0].toString())
        .flatMap(flags -> Stream.of(flags.split("[ =]", -1)))
        .filter(word -> word.startsWith("-"))
        .filter(word -> !word.matches("-[a-z][0-9]+"))
        .forEach(flag -> assertTrue(out.toString().contains(flag), flag));
  }
}
