// SPDX-License-Identifier: Apache-2.0
package build.please.bench.wire;

/**
 * How a call ended.
 *
 * @param code that of gRPC, 0 if all went well
 */
public record RpcStatus(int code, String message) {
  /** All went well. */
  public static final RpcStatus OK = new RpcStatus(0, "");

  private static final int UNAVAILABLE = 14;

  static RpcStatus lost(String message) {
    return new RpcStatus(UNAVAILABLE, message);
  }

  /** Whether all went well. */
  public boolean isOk() {
    return code == 0;
  }

  @Override
  public String toString() {
    return "status " + code + (message.isEmpty() ? "" : ": " + message);
  }
}
