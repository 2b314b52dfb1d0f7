// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import java.io.IOException;

/** The pair that everything needs. Closing it closes the store. */
public record Cas(BlobStore blobs, ActionCache actions) implements AutoCloseable {
  @Override
  public void close() throws IOException {
    blobs.close();
  }
}
