// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys in PEM, in each of the forms that the reference's servers take. */
final class PemFiles {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----([^-]*)-----END");

  private PemFiles() {}

  /**
   * The certificates in a file, in its order.
   *
   * @throws IOException if it cannot be read or holds none; names the file
   */
  static List<X509Certificate> certificates(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (certificates.isEmpty()) {
        throw new IOException(file + " holds no certificate");
      }
      return certificates;
    } catch (CertificateException e) {
      throw new IOException(file + " holds no certificate", e);
    }
  }

  /**
   * The private key in a file, in PKCS#8, PKCS#1 or SEC 1.
   *
   * @throws IOException if it cannot be read, holds no key, or not the one of the certificate;
   *     names the file and nothing of its content
   */
  static PrivateKey key(Path file, X509Certificate certificate) throws IOException {
    // Only the armour must be ASCII; nothing is gained by refusing odd comments around it.
    Matcher key = KEY.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    if (!key.find()) {
      throw new IOException(file + " holds no private key");
    }
    if (key.group(1).startsWith("ENCRYPTED")) {
      throw new IOException(file + " holds an encrypted private key, which is not supported");
    }
    PublicKey mate = certificate.getPublicKey();
    try {
      byte[] der = Base64.getMimeDecoder().decode(key.group(2));
      byte[] pkcs8 = key.group(1).equals("PRIVATE KEY") ? der : pkcs8(der, mate);
      PrivateKey parsed =
          KeyFactory.getInstance(mate.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      if (isPair(parsed, mate)) {
        return parsed;
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(file + " holds no private key for the certificate", e);
    }
    throw new IOException(file + " holds the private key of another certificate");
  }

  private static boolean isPair(PrivateKey key, PublicKey mate) throws GeneralSecurityException {
    String algorithm =
        switch (mate.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> mate.getAlgorithm();
        };
    byte[] text = {1, 2, 3};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(text);
    byte[] signed = signature.sign();
    signature.initVerify(mate);
    signature.update(text);
    return signature.verify(signed);
  }

  /**
   * The older forms lack only the algorithm's name, which stands at the head of the public key:
   * both X.509 keys and PKCS#8 are sequences that hold it.
   */
  private static byte[] pkcs8(byte[] key, PublicKey mate) {
    byte[] spki = mate.getEncoded();
    int start = contentOffset(spki, 0);
    int end = contentOffset(spki, start) + length(spki, start);
    byte[] version = {2, 1, 0};
    return der(0x30, version, Arrays.copyOfRange(spki, start, end), der(0x04, key));
  }

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    byte[] length = BigInteger.valueOf(content.size()).toByteArray();
    if (content.size() < 0x80) {
      out.write(content.size());
    } else {
      // DER wants the shortest form, without the zero that keeps a number from being negative.
      int from = length[0] == 0 ? 1 : 0;
      out.write(0x80 | (length.length - from));
      out.write(length, from, length.length - from);
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }

  private static int contentOffset(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  }

  private static int length(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = at + 2; i < contentOffset(der, at); i++) {
      length = (length << 8) | (der[i] & 0xff);
    }
    return length;
  }
}
