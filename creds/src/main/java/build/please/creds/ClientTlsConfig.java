// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Whom a client trusts, and how it proves who it is.
 *
 * @param prefix of the flags that name the files, which end in {@code ca}, {@code cert_file} and
 *     {@code key_file}
 * @param caFile authorities in PEM; those that the machine trusts if it is empty
 * @param certFile certificate chain in PEM
 * @param keyFile private key in PEM
 */
public record ClientTlsConfig(
    String prefix, Optional<Path> caFile, Optional<Path> certFile, Optional<Path> keyFile) {
  String flag(String name) {
    return prefix + name;
  }
}
