// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

/** The store has no room. Reads go on; writes succeed again once there is room. */
public final class StoreFullException extends CasException {
  private static final long serialVersionUID = 1L;

  public StoreFullException(String why) {
    super(why);
  }
}
