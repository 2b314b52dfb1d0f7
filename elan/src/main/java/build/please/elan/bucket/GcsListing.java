// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.api.gax.paging.Page;
import com.google.cloud.storage.Blob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Lists objects page by page; one page is in memory at a time. */
final class GcsListing {
  private final GcsClient client;
  private final String prefix;

  /**
   * @param prefix that keys do not have and names do
   */
  GcsListing(GcsClient client, String prefix) {
    this.client = client;
    this.prefix = prefix;
  }

  /** Objects whose keys begin so. A page that cannot be had is an {@link UncheckedIOException}. */
  Stream<StoredObject> list(String keyPrefix) throws IOException {
    String names = prefix + keyPrefix;
    Page<Blob> first = client.list(names, "");
    return Stream.<@Nullable Page<Blob>>iterate(
            first, Objects::nonNull, page -> next(names, Objects.requireNonNull(page)))
        .flatMap(
            page ->
                StreamSupport.stream(Objects.requireNonNull(page).getValues().spliterator(), false))
        .filter(blob -> !blob.getName().startsWith(prefix + GcsBucket.OURS))
        .map(this::object);
  }

  private @Nullable Page<Blob> next(String names, Page<Blob> page) {
    if (!page.hasNextPage()) {
      return null;
    }
    try {
      return client.list(names, page.getNextPageToken());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private StoredObject object(Blob blob) {
    return new StoredObject(
        blob.getName().substring(prefix.length()), blob.getSize(), GcsObject.used(blob));
  }
}
