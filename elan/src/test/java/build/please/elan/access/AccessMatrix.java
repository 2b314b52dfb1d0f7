// SPDX-License-Identifier: Apache-2.0
package build.please.elan.access;

import build.please.common.rpc.ChannelConfig;
import build.please.common.rpc.RpcChannel;
import build.please.creds.Access;
import build.please.creds.ClientTlsConfig;
import build.please.creds.CredentialFiles;
import build.please.creds.TestCertificate;
import build.please.elan.access.RoleTable.Need;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tries every method of a running server with everything that a caller may show: no method, role or
 * kind of proof is left out, since the methods are those that the server lists.
 */
public final class AccessMatrix {
  /** Codes that say that the call never reached its handler. */
  private static final Set<Status.Code> TURNED_AWAY =
      EnumSet.of(
          Status.Code.UNAUTHENTICATED,
          Status.Code.PERMISSION_DENIED,
          Status.Code.UNAVAILABLE,
          Status.Code.DEADLINE_EXCEEDED);

  /** Who may read without showing anything. */
  public enum Reads {
    OPEN,
    GUARDED
  }

  private final Path directory;
  private final TestCertificate authority;
  private final CredentialFiles files = CredentialFiles.unwatched(Clock.systemUTC());

  /** With certificates and tokens in files below a directory. */
  public AccessMatrix(Path directory) throws Exception {
    this.directory = directory;
    this.authority = TestCertificate.authority(directory, "authority");
    authority.issue(directory, "server");
    for (Shown shown : Shown.values()) {
      if (!shown.certificate.isEmpty()) {
        authority.issue(directory, shown.certificate);
      }
      if (!shown.token.isEmpty()) {
        Files.writeString(directory.resolve(shown.token), shown.token);
      }
    }
    Files.writeString(
        directory.resolve("tokens"),
        "reader reader-token\nwriter writer-token\nadmin admin-token\n");
  }

  /** What a server is started with. */
  public List<String> flags(Reads reads) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--cert_file=" + directory.resolve("server.cert.pem"),
                "--key_file=" + directory.resolve("server.key.pem"),
                "--client_ca_file=" + authority.cert(),
                "--client_subject=reader:CN=reader,*",
                "--client_subject=writer",
                "--client_subject=admin:admin",
                "--token_file=" + directory.resolve("tokens")));
    if (reads == Reads.GUARDED) {
      flags.add("--auth_all");
    }
    return flags;
  }

  /** Each answer that is not what the table says; empty if all is well. */
  public List<String> mistakes(String address, Reads reads) throws Exception {
    List<String> mistakes = new ArrayList<>();
    Map<String, MethodType> methods;
    ManagedChannel asking = dial(address, Shown.ADMIN_TOKEN);
    try {
      methods = ServedMethods.of(asking);
    } finally {
      asking.shutdownNow();
    }
    Set<String> unknown = new TreeSet<>(methods.keySet());
    unknown.removeAll(RoleTable.ROWS.keySet());
    unknown.forEach(method -> mistakes.add(method + " has no row"));
    for (Shown shown : Shown.values()) {
      ManagedChannel channel = dial(address, shown);
      try {
        for (Map.Entry<String, MethodType> method : methods.entrySet()) {
          Need need = RoleTable.ROWS.getOrDefault(method.getKey(), Need.ADMIN);
          Status.Code code = RawCall.code(channel, method.getKey(), method.getValue());
          Optional<Status.Code> refusal = refusal(need, shown, reads);
          if (refusal.isPresent() ? code != refusal.get() : TURNED_AWAY.contains(code)) {
            mistakes.add(method.getKey() + " with " + shown + ": " + code);
          }
        }
      } finally {
        channel.shutdownNow();
      }
    }
    return mistakes;
  }

  /** Empty if the call should reach its handler. */
  private static Optional<Status.Code> refusal(Need need, Shown shown, Reads reads) {
    if (need == Need.NOTHING || (need == Need.READER && reads == Reads.OPEN)) {
      return Optional.empty();
    }
    if (shown.role.isEmpty()) {
      return Optional.of(Status.Code.UNAUTHENTICATED);
    }
    return shown.role.get().compareTo(need) >= 0
        ? Optional.empty()
        : Optional.of(Status.Code.PERMISSION_DENIED);
  }

  private ManagedChannel dial(String address, Shown shown) throws IOException {
    Optional<String> name = Optional.of(shown.certificate).filter(given -> !given.isEmpty());
    ClientTlsConfig tls =
        new ClientTlsConfig(
            "",
            Optional.of(authority.cert()),
            name.map(given -> directory.resolve(given + ".cert.pem")),
            name.map(given -> directory.resolve(given + ".key.pem")));
    Optional<Path> token =
        Optional.of(shown.token).filter(given -> !given.isEmpty()).map(directory::resolve);
    Access access = new Access(true, tls, token);
    ChannelConfig config =
        ChannelConfig.tls().withTls(access.trust(files)).withToken(access.token(files));
    return RpcChannel.open("grpcs://" + address, config);
  }
}
