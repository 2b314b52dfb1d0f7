// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

/** This process has too much under way to do this now. A later try may succeed. */
public final class BusyException extends CasException {
  private static final long serialVersionUID = 1L;

  public BusyException(String why) {
    super(why);
  }
}
