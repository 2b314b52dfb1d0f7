// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import java.util.Collection;
import java.util.List;

/** Blobs that are not in the store. Carries no stack trace, since absence is a normal case. */
public final class BlobNotFoundException extends CasException {
  private static final long serialVersionUID = 1L;

  private final transient List<Digest> digests;

  public BlobNotFoundException(Digest digest) {
    this(List.of(digest));
  }

  /**
   * @param digests every blob known to be absent, at least one
   */
  public BlobNotFoundException(Collection<Digest> digests) {
    super(describe(digests));
    this.digests = List.copyOf(digests);
  }

  public List<Digest> digests() {
    return digests;
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }

  private static String describe(Collection<Digest> digests) {
    String first = "blob " + digests.iterator().next() + " not found";
    return digests.size() == 1 ? first : first + ", nor " + (digests.size() - 1) + " more";
  }
}
