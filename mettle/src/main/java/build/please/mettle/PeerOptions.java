// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.creds.Access;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Another API server to ask. */
final class PeerOptions {
  @Option(
      names = "--api_url",
      paramLabel = "HOST:PORT",
      description =
          "Another API server, or what stands in front of them; tells at the start what runs and "
              + "what has ended lately (default: none).")
  private String url = "";

  @Option(names = "--api_tls", description = "Speak TLS with it; so does grpcs:// there.")
  private boolean tls;

  @Option(
      names = "--api_ca",
      paramLabel = "FILE",
      description = "Certificates (PEM) of the authorities that vouch for it; implies --api_tls.")
  private @Nullable Path ca;

  @Option(
      names = "--api_token_file",
      paramLabel = "FILE",
      description = "A file with the token that is sent to it.")
  private @Nullable Path tokenFile;

  /**
   * What the flags say.
   *
   * @param url empty for none
   */
  record Peer(String url, Access access) {
    static final Peer NONE = new Peer("", Access.of("api_", false, null, null, null, null));
  }

  Peer toPeer() {
    return new Peer(url, Access.of("api_", tls, ca, null, null, tokenFile));
  }
}
