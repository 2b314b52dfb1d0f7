// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;

/** Another process keeps a store that only one at a time can. */
public final class StoreInUseException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String address;

  /**
   * @param address as {@link Bucket#ownerElsewhere}
   */
  StoreInUseException(String pid, String address) {
    super(
        "process "
            + pid
            + " has this store open, and one at a time can; ask its server for what is in it");
    this.address = address;
  }

  /** Where that process can be asked; "" if it did not say. */
  public String address() {
    return address;
  }
}
