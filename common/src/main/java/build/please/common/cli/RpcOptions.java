// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import build.please.common.rpc.RpcConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Where a server listens, and whom it lets in. */
public final class RpcOptions {
  private static final Logger log = LoggerFactory.getLogger(RpcOptions.class);

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Name or address to listen on; empty means all addresses of the machine.")
  private String host;

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      converter = Port.class,
      description = "Port to listen on; 0 takes a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = {"-k", "--key_file"},
      paramLabel = "FILE",
      description = "Private key for TLS, in PEM. TLS is on if this or --cert_file is given.")
  private @Nullable Path keyFile;

  @Option(
      names = {"-c", "--cert_file"},
      paramLabel = "FILE",
      description = "Certificate chain for TLS, in PEM.")
  private @Nullable Path certFile;

  @Option(
      names = "--tls-min-version",
      paramLabel = "VERSION",
      converter = TlsVersion.class,
      description = "Oldest TLS version to speak, 1.2 or 1.3 (default: 1.3).")
  private String tlsMinVersion = "1.3";

  @Option(
      names = "--client_ca_file",
      paramLabel = "FILE",
      description =
          "Certificates (PEM) of the authorities that vouch for clients. Calls that write or "
              + "execute must come with a certificate of theirs, or with a token.")
  private @Nullable Path clientCaFile;

  @Option(
      names = "--client_subject",
      paramLabel = "[ROLE:]PATTERN",
      description =
          "Whose certificates count: the subject, its common name, or a DNS, URI or mail name; * "
              + "stands for anything. ROLE is reader, writer (the default) or admin. Repeat for "
              + "several; all are writers without it.")
  private List<String> clientSubjects = List.of();

  @Option(
      names = "--token_file",
      paramLabel = "FILE",
      defaultValue = "${env:TOKEN_FILE}",
      description =
          "Calls that write or execute must show a token of this file: one token with all rights, "
              + "or 'ROLE TOKEN' on each line, with reader, writer or admin (env TOKEN_FILE).")
  private @Nullable Path tokenFile;

  @Option(
      names = "--auth_all",
      description =
          "Calls that only read must show a token or certificate too; all but health checks.")
  private boolean authAll;

  @Option(
      names = "--rpc_threads",
      paramLabel = "N",
      converter = Count.class,
      description = "Threads that handle calls, but for quick ones, which need none (default: 64).")
  private int threads = RpcConfig.DEFAULT_THREADS;

  @Option(
      names = "--drain_timeout",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description = "How long calls may go on after a request to stop (default: 30s).")
  private Duration drain = RpcConfig.DEFAULT_DRAIN;

  /** Options that listen here unless told otherwise; an empty host means all addresses. */
  public RpcOptions(String defaultHost, int defaultPort) {
    this.host = defaultHost;
    this.port = defaultPort;
  }

  public RpcConfig toConfig() {
    return new RpcConfig(host, port, threads, drain, RpcConfig.DEFAULT_MAX_INBOUND_MESSAGE_SIZE);
  }

  /**
   * Warns of a flag that protects nothing.
   *
   * @throws UsageException if one means nothing without another
   */
  public SecurityConfig toSecurity() {
    SecurityConfig config = security();
    if (!config.clientSubjects().isEmpty() && config.clientCaFile().isEmpty()) {
      throw new UsageException("--client_subject needs --client_ca_file");
    }
    if (config.clientCaFile().isPresent()
        && config.certFile().isEmpty()
        && config.keyFile().isEmpty()) {
      throw new UsageException("--client_ca_file needs TLS: --cert_file and --key_file");
    }
    if (authAll && config.isOpen()) {
      log.warn("--auth_all has no effect without --token_file or --client_ca_file");
    }
    return config;
  }

  private SecurityConfig security() {
    return new SecurityConfig(
        named(keyFile),
        named(certFile),
        tlsMinVersion,
        named(clientCaFile),
        clientSubjects,
        named(tokenFile),
        authAll ? SecurityConfig.TokenScope.ALL : SecurityConfig.TokenScope.WRITES);
  }

  /** An empty name, as an empty variable gives it, is none. */
  private static Optional<Path> named(@Nullable Path file) {
    return Optional.ofNullable(file).filter(path -> !path.toString().isEmpty());
  }

  static final class TlsVersion implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (text.equals("1.2") || text.equals("1.3")) {
        return text;
      }
      throw new TypeConversionException("'" + text + "' is neither 1.2 nor 1.3");
    }
  }
}
