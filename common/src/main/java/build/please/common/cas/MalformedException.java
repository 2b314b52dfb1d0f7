// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

/**
 * Something from outside that breaks a rule of the protocol and always will: a digest, a name, a
 * message. The message says which and what is wrong with it.
 */
public final class MalformedException extends CasException {
  private static final long serialVersionUID = 1L;

  public MalformedException(String why) {
    super(why);
  }
}
