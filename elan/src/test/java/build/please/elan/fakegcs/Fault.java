// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fakegcs;

/** What may go wrong with one request. */
public enum Fault {
  /** 429, nothing done. */
  TOO_MANY,
  /** 503, nothing done. */
  UNAVAILABLE,
  /** 401, nothing done. */
  UNAUTHORIZED,
  /** 403, nothing done. */
  FORBIDDEN,
  /** The connection is reset in place of an answer; nothing done. */
  RESET,
  /** No answer for as long as the client waits; nothing done. */
  SILENT,
  /** Done, but the connection is reset in place of the answer. */
  LOST_REPLY,
  /** The connection is reset after a part of the body. */
  RESET_IN_BODY,
  /** The connection ends properly after a part of the body. */
  SHORT_BODY,
  /** The body comes in pieces, with pauses; all of it takes longer than the client's patience. */
  SLOW,
  /** One bit of the body is another. */
  WRONG_BIT,
  /** A list as it was some changes ago. */
  STALE;

  boolean isBeforeTheDeed() {
    return switch (this) {
      case TOO_MANY, UNAVAILABLE, UNAUTHORIZED, FORBIDDEN, RESET, SILENT -> true;
      case LOST_REPLY, RESET_IN_BODY, SHORT_BODY, SLOW, WRONG_BIT, STALE -> false;
    };
  }

  int status() {
    return switch (this) {
      case TOO_MANY -> 429;
      case UNAVAILABLE -> 503;
      case UNAUTHORIZED -> 401;
      case FORBIDDEN -> 403;
      default -> 0;
    };
  }
}
