// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a server proves who it is, and whose word it takes for who its clients are; plaintext if no
 * file is named.
 *
 * @param certFile certificate chain in PEM
 * @param keyFile private key in PEM
 * @param clientCaFile authorities in PEM; clients then may show a certificate of theirs, and are
 *     turned away with any other
 */
public record TlsConfig(
    Optional<Path> certFile,
    Optional<Path> keyFile,
    Optional<Path> clientCaFile,
    MinVersion minVersion) {
  /** The oldest protocol that is spoken. */
  public enum MinVersion {
    TLS_1_2,
    TLS_1_3;

    /**
     * {@code 1.2} or {@code 1.3}.
     *
     * @throws IllegalArgumentException for anything else; names it
     */
    public static MinVersion parse(String text) {
      return switch (text) {
        case "1.2" -> TLS_1_2;
        case "1.3" -> TLS_1_3;
        default -> throw new IllegalArgumentException("'" + text + "' is neither 1.2 nor 1.3");
      };
    }

    String[] protocols() {
      return switch (this) {
        case TLS_1_2 -> new String[] {"TLSv1.3", "TLSv1.2"};
        case TLS_1_3 -> new String[] {"TLSv1.3"};
      };
    }
  }
}
