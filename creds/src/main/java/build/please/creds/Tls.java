// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettySslContextServerCredentials;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** Credentials from PEM files. The files are read once. */
public final class Tls {
  private Tls() {}

  /**
   * What a server shows; TLS as soon as either file is named, else plaintext.
   *
   * @throws IOException if only one of the files is named, or one cannot be read or is not what it
   *     should be, or the key is not the certificate's; one line that names the file
   */
  public static ServerCredentials server(TlsConfig config) throws IOException {
    if (config.certFile().isEmpty() && config.keyFile().isEmpty()) {
      return InsecureServerCredentials.create();
    }
    Path certFile =
        config.certFile().orElseThrow(() -> new IOException("TLS needs --cert_file as well"));
    Path keyFile =
        config.keyFile().orElseThrow(() -> new IOException("TLS needs --key_file as well"));
    checkReadable("--cert_file", certFile);
    checkReadable("--key_file", keyFile);
    List<X509Certificate> chain = PemFiles.certificates(certFile);
    PrivateKey key = PemFiles.key(keyFile, chain.get(0));
    try {
      return NettySslContextServerCredentials.create(
          GrpcSslContexts.configure(
                  SslContextBuilder.forServer(key, chain.toArray(new X509Certificate[0])))
              .protocols(config.minVersion().protocols())
              .build());
    } catch (IllegalArgumentException e) {
      throw new IOException("cannot use --cert_file " + certFile + ": " + e.getMessage(), e);
    }
  }

  /**
   * Whom a client trusts: the authorities in a PEM file.
   *
   * @throws IOException if the file cannot be read or holds no certificate
   */
  public static ChannelCredentials client(Path caFile) throws IOException {
    checkReadable("--ca", caFile);
    PemFiles.certificates(caFile);
    return TlsChannelCredentials.newBuilder().trustManager(caFile.toFile()).build();
  }

  /** Whom a client trusts: the authorities that this machine trusts. */
  public static ChannelCredentials client() {
    return TlsChannelCredentials.create();
  }

  private static void checkReadable(String flag, Path file) throws IOException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new IOException(flag + " " + file + " is not a file that can be read");
    }
  }
}
