// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import io.grpc.CallCredentials;
import io.grpc.Metadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Sends {@code authorization: Bearer TOKEN} with each call, over plaintext too, as the reference's
 * clients do. Safe for concurrent use.
 */
public final class BearerToken extends CallCredentials {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Supplier<String> token;

  private BearerToken(Supplier<String> token) {
    this.token = token;
  }

  /**
   * The token in a file.
   *
   * @param flag that names the file
   * @throws IOException if it cannot be read, or holds anything but one word
   */
  public static BearerToken of(String flag, Path file, CredentialFiles files) throws IOException {
    return new BearerToken(
        files.read(flag, List.of(file), now -> Loaded.lasting(TokenFile.read(file))));
  }

  @Override
  public void applyRequestMetadata(
      RequestInfo request, Executor executor, MetadataApplier applier) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token.get());
    applier.apply(headers);
  }
}
