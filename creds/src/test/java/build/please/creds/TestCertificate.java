// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/** A certificate for localhost that signs itself, in PEM files. */
record TestCertificate(Path cert, Path key) {
  /**
   * Makes one.
   *
   * @param algorithm as keytool names it
   */
  static TestCertificate in(Path directory, String algorithm) throws Exception {
    Path store = directory.resolve("store.p12");
    String password = "password";
    run(
        directory,
        "-genkeypair -alias test "
            + algorithm
            + " -dname CN=localhost"
            + " -ext SAN=dns:localhost,ip:127.0.0.1 -validity 2 -storetype PKCS12"
            + " -keystore store.p12 -storepass password");
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, password.toCharArray());
    }
    Key key = keys.getKey("test", password.toCharArray());
    return new TestCertificate(
        pem(directory.resolve("cert.pem"), "CERTIFICATE", keys.getCertificate("test").getEncoded()),
        pem(directory.resolve("key.pem"), "PRIVATE KEY", key.getEncoded()));
  }

  /** The same with its key as PKCS#1 or SEC 1, which is what the octet string in PKCS#8 holds. */
  TestCertificate withOlderKey(String label) throws Exception {
    String text = Files.readString(key).replaceAll("-----[^-]*-----", "");
    ByteBuffer pkcs8 = ByteBuffer.wrap(Base64.getMimeDecoder().decode(text));
    next(pkcs8, 0x30);
    skip(pkcs8, next(pkcs8, 0x02));
    skip(pkcs8, next(pkcs8, 0x30));
    byte[] bare = new byte[next(pkcs8, 0x04)];
    pkcs8.get(bare);
    return new TestCertificate(cert, pem(key.resolveSibling("older.pem"), label, bare));
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

  private static Path pem(Path file, String what, byte[] der) throws IOException {
    String text = Base64.getMimeEncoder().encodeToString(der);
    return Files.writeString(
        file, "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
  }

  private static void run(Path directory, String arguments) throws Exception {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    List<String> command = List.of((keytool + " " + arguments).split(" "));
    int code =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("keytool.log").toFile())
            .start()
            .waitFor();
    if (code != 0) {
      throw new IOException(Files.readString(directory.resolve("keytool.log")));
    }
  }
}
