// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import io.grpc.CallCredentials;
import io.grpc.Metadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/**
 * Sends {@code authorization: Bearer TOKEN} with each call, over plaintext too, as the reference's
 * clients do. Safe for concurrent use.
 */
public final class BearerToken extends CallCredentials {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final String header;

  private BearerToken(String token) {
    this.header = "Bearer " + token;
  }

  /**
   * The token in a file, which is read once.
   *
   * @throws IOException if it cannot be read, or holds anything but one word
   */
  public static BearerToken fromFile(Path file) throws IOException {
    return new BearerToken(TokenFile.read(file));
  }

  @Override
  public void applyRequestMetadata(
      RequestInfo request, Executor executor, MetadataApplier applier) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, header);
    applier.apply(headers);
  }
}
