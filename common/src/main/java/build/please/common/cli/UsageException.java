// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

/** Something is wrong with what the user asked for; the message is the one line that says it. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }

  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
