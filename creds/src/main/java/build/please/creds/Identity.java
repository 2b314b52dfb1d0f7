// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** A certificate, those that vouch for it, and its key. */
record Identity(List<X509Certificate> chain, PrivateKey key) {
  /**
   * Reads the two files, whose flags are named if something is wrong.
   *
   * @throws IOException if one cannot be read or is not what it should be, the key is another
   *     certificate's, or a certificate is not valid at this time
   */
  static Identity read(String certFlag, Path certFile, String keyFlag, Path keyFile, Instant now)
      throws IOException {
    checkReadable(certFlag, certFile);
    checkReadable(keyFlag, keyFile);
    List<X509Certificate> chain = PemFiles.certificates(certFile);
    for (X509Certificate certificate : chain) {
      checkValid(certFile, certificate, now);
    }
    return new Identity(chain, PemFiles.key(keyFile, chain.get(0)));
  }

  /**
   * The authorities in a file that are valid at this time.
   *
   * @throws IOException if it cannot be read, or there are none
   */
  static List<X509Certificate> authorities(String flag, Path file, Instant now) throws IOException {
    checkReadable(flag, file);
    List<X509Certificate> all = PemFiles.certificates(file);
    // Java takes the word of an authority that expired, and bundles keep old ones for a while.
    List<X509Certificate> valid =
        all.stream().filter(each -> !Validity.of(each).isPast(now)).toList();
    if (valid.isEmpty()) {
      checkValid(file, all.get(0), now);
    }
    return valid;
  }

  private static void checkValid(Path file, X509Certificate certificate, Instant now)
      throws IOException {
    Validity validity = Validity.of(certificate);
    if (validity.isPast(now)) {
      throw new IOException(file + " expired on " + validity.end());
    }
    if (now.isBefore(validity.start())) {
      throw new IOException(file + " is not valid before " + validity.start());
    }
  }

  private static void checkReadable(String flag, Path file) throws IOException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new IOException("--" + flag + " " + file + " is not a file that can be read");
    }
  }
}
