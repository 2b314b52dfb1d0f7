// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate for localhost, and for whoever its subject is, in PEM files.
 *
 * @param cert the certificate alone
 */
public record TestCertificate(Path cert, Path key, KeyPair keys, String commonName) {
  private static final Duration HOURS = Duration.ofHours(2);
  private static final String COMMON_NAME = "2.5.4.3";
  private static final String ORGANISATION = "2.5.4.10";
  private static final int UTF8 = 0x0c;
  private static final int TIME = 0x18;
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  /** An authority that nobody vouches for, in files below a directory. */
  public static TestCertificate authority(Path directory, String commonName) throws Exception {
    KeyPair keys = elliptic();
    byte[] name = name(commonName);
    byte[] der = certificate(name, keys, name, keys, Instant.now().minus(HOURS), HOURS.plus(HOURS));
    return write(directory, commonName, keys, der);
  }

  /** One that vouches for itself, with another kind of key. */
  public static TestCertificate withKeys(Path directory, String commonName, KeyPair keys)
      throws Exception {
    byte[] name = name(commonName);
    byte[] der = certificate(name, keys, name, keys, Instant.now().minus(HOURS), HOURS.plus(HOURS));
    return write(directory, commonName, keys, der);
  }

  /** One that this authority vouches for, for four hours around now. */
  public TestCertificate issue(Path directory, String commonName) throws Exception {
    return issue(directory, commonName, Instant.now().minus(HOURS), HOURS.plus(HOURS));
  }

  /** One that this authority vouches for, for some time. */
  public TestCertificate issue(Path directory, String commonName, Instant from, Duration length)
      throws Exception {
    KeyPair own = elliptic();
    return write(
        directory,
        commonName,
        own,
        certificate(name(commonName), own, name(this.commonName), keys, from, length));
  }

  /** The same with its key as PKCS#1 or SEC 1, which is what the octet string in PKCS#8 holds. */
  TestCertificate withOlderKey(String label) throws Exception {
    ByteBuffer pkcs8 = ByteBuffer.wrap(keys.getPrivate().getEncoded());
    next(pkcs8, 0x30);
    skip(pkcs8, next(pkcs8, 0x02));
    skip(pkcs8, next(pkcs8, 0x30));
    byte[] bare = new byte[next(pkcs8, 0x04)];
    pkcs8.get(bare);
    return new TestCertificate(
        cert, pem(key.resolveSibling("older.pem"), label, bare), keys, commonName);
  }

  static KeyPair elliptic() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static byte[] certificate(
      byte[] subject, KeyPair own, byte[] issuer, KeyPair issuing, Instant from, Duration length)
      throws GeneralSecurityException {
    String rsa = "1.2.840.113549.1.1.11";
    String ecdsa = "1.2.840.10045.4.3.2";
    boolean isRsa = issuing.getPrivate().getAlgorithm().equals("RSA");
    byte[] algorithm = Der.sequence(Der.oid(isRsa ? rsa : ecdsa));
    List<byte[]> extensions = new ArrayList<>();
    if (own == issuing) {
      extensions.add(extension("2.5.29.19", Der.sequence(Der.yes())));
    }
    extensions.add(
        extension(
            "2.5.29.17",
            Der.sequence(
                Der.text(0x82, "localhost"), Der.element(0x87, new byte[] {127, 0, 0, 1}))));
    byte[] content =
        Der.sequence(
            Der.tagged(0, Der.integer(2)),
            Der.integer(own.getPublic().hashCode() & 0x7fffffffL),
            algorithm,
            issuer,
            Der.sequence(
                Der.text(TIME, SECONDS.format(from)),
                Der.text(TIME, SECONDS.format(from.plus(length)))),
            subject,
            own.getPublic().getEncoded(),
            Der.tagged(3, Der.sequence(extensions.toArray(new byte[0][]))));
    Signature signature = Signature.getInstance(isRsa ? "SHA256withRSA" : "SHA256withECDSA");
    signature.initSign(issuing.getPrivate());
    signature.update(content);
    return Der.sequence(content, algorithm, Der.bits(signature.sign()));
  }

  private static byte[] extension(String oid, byte[] value) {
    return Der.sequence(Der.oid(oid), Der.octets(value));
  }

  private static byte[] name(String commonName) {
    return Der.sequence(part(ORGANISATION, "Test"), part(COMMON_NAME, commonName));
  }

  private static byte[] part(String oid, String value) {
    return Der.set(Der.sequence(Der.oid(oid), Der.text(UTF8, value)));
  }

  private static TestCertificate write(Path directory, String commonName, KeyPair keys, byte[] der)
      throws IOException {
    return new TestCertificate(
        pem(directory.resolve(commonName + ".cert.pem"), "CERTIFICATE", der),
        pem(
            directory.resolve(commonName + ".key.pem"),
            "PRIVATE KEY",
            keys.getPrivate().getEncoded()),
        keys,
        commonName);
  }

  private static Path pem(Path file, String what, byte[] der) throws IOException {
    String text = Base64.getMimeEncoder().encodeToString(der);
    return Files.writeString(
        file, "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
  }

  /** The length of the element that follows; stands before its content afterwards. */
  private static int next(ByteBuffer der, int tag) {
    if (der.get() != tag) {
      throw new AssertionError("another element");
    }
    int first = der.get() & 0xff;
    return switch (first) {
      case 0x81 -> der.get() & 0xff;
      case 0x82 -> der.getShort() & 0xffff;
      default -> first;
    };
  }

  private static void skip(ByteBuffer der, int length) {
    der.position(der.position() + length);
  }
}
