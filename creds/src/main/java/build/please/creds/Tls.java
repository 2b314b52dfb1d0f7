// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettySslContextChannelCredentials;
import io.grpc.netty.NettySslContextServerCredentials;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Credentials from PEM files. New connections go by what the files say when they begin. */
public final class Tls {
  private Tls() {}

  /**
   * What a server shows; TLS as soon as a certificate or key is named, else plaintext.
   *
   * <p>A client need not show a certificate, since health checks do not; which calls it may make
   * then is another question. One that shows a certificate of somebody else gets no connection.
   *
   * @throws IOException if only one of the files is named, or one cannot be used; one line that
   *     names it
   */
  public static ServerCredentials server(TlsConfig config, CredentialFiles files)
      throws IOException {
    if (config.certFile().isEmpty() && config.keyFile().isEmpty()) {
      if (config.clientCaFile().isPresent()) {
        throw new IOException("--client_ca_file needs TLS: --cert_file and --key_file");
      }
      return InsecureServerCredentials.create();
    }
    Path certFile = both(config.certFile(), "cert_file");
    Path keyFile = both(config.keyFile(), "key_file");
    Supplier<SslContext> current =
        files.read(
            "cert_file",
            Stream.of(Optional.of(certFile), Optional.of(keyFile), config.clientCaFile())
                .flatMap(Optional::stream)
                .toList(),
            now -> server(config, certFile, keyFile, now));
    return NettySslContextServerCredentials.create(new CurrentSslContext(current));
  }

  private static Loaded<SslContext> server(
      TlsConfig config, Path certFile, Path keyFile, Instant now) throws IOException {
    Identity own = Identity.read("cert_file", certFile, "key_file", keyFile, now);
    List<X509Certificate> all = new ArrayList<>(own.chain());
    try {
      SslContextBuilder builder =
          SslContextBuilder.forServer(own.key(), array(own.chain()))
              .protocols(config.minVersion().protocols());
      if (config.clientCaFile().isPresent()) {
        List<X509Certificate> authorities =
            Identity.authorities("client_ca_file", config.clientCaFile().get(), now);
        all.addAll(authorities);
        builder.trustManager(ClientAuthorities.of(authorities)).clientAuth(ClientAuth.OPTIONAL);
      }
      return new Loaded<>(GrpcSslContexts.configure(builder).build(), Validity.first(all));
    } catch (IllegalArgumentException e) {
      throw new IOException("cannot use --cert_file " + certFile + ": " + e.getMessage(), e);
    }
  }

  /**
   * Whom a client trusts, and what it shows.
   *
   * @throws IOException if only one of certificate and key is named, or a file cannot be used; one
   *     line that names it
   */
  public static ChannelCredentials client(ClientTlsConfig config, CredentialFiles files)
      throws IOException {
    List<Path> all =
        Stream.of(config.caFile(), config.certFile(), config.keyFile())
            .flatMap(Optional::stream)
            .toList();
    if (all.isEmpty()) {
      return TlsChannelCredentials.create();
    }
    if (config.certFile().isPresent() || config.keyFile().isPresent()) {
      both(config.certFile(), config.flag("cert_file"));
      both(config.keyFile(), config.flag("key_file"));
    }
    String name = config.flag(config.caFile().isPresent() ? "ca" : "cert_file");
    Supplier<SslContext> current = files.read(name, all, now -> client(config, now));
    return NettySslContextChannelCredentials.create(new CurrentSslContext(current));
  }

  private static Loaded<SslContext> client(ClientTlsConfig config, Instant now) throws IOException {
    List<X509Certificate> all = new ArrayList<>();
    SslContextBuilder builder = GrpcSslContexts.forClient();
    if (config.caFile().isPresent()) {
      List<X509Certificate> authorities =
          Identity.authorities(config.flag("ca"), config.caFile().get(), now);
      all.addAll(authorities);
      builder.trustManager(array(authorities));
    }
    if (config.certFile().isPresent() && config.keyFile().isPresent()) {
      Identity own =
          Identity.read(
              config.flag("cert_file"),
              config.certFile().get(),
              config.flag("key_file"),
              config.keyFile().get(),
              now);
      all.addAll(own.chain());
      builder.keyManager(own.key(), array(own.chain()));
    }
    return new Loaded<>(builder.build(), Validity.first(all));
  }

  private static Path both(Optional<Path> file, String flag) throws IOException {
    return file.orElseThrow(() -> new IOException("TLS needs --" + flag + " as well"));
  }

  private static X509Certificate[] array(List<X509Certificate> certificates) {
    return certificates.toArray(new X509Certificate[0]);
  }
}
