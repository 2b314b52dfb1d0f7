// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.api.core.ApiFuture;
import com.google.api.gax.rpc.StatusCode;
import com.google.api.gax.rpc.UnaryCallable;
import com.google.iam.v1.TestIamPermissionsRequest;
import com.google.iam.v1.TestIamPermissionsResponse;
import java.io.IOException;
import java.time.Duration;

/**
 * Finds out, before a server says that it is ready, whether what it was told to use is there.
 *
 * @param name of the topic or subscription
 * @param permission that whoever uses it needs
 * @param permissions asks which permissions one has
 */
record PubsubPresence(
    String name,
    String permission,
    UnaryCallable<TestIamPermissionsRequest, TestIamPermissionsResponse> permissions) {

  /**
   * Blocks until the answer is there, at most twice the limit.
   *
   * @param description the call that describes the thing; those who may use it need not be allowed
   *     to make it
   * @throws IOException if it is missing, forbidden or cannot be reached; one line that names it
   */
  void require(ApiFuture<?> description, Duration limit) throws IOException {
    try {
      PubsubErrors.await(description, limit, "cannot reach " + name);
    } catch (IOException e) {
      if (PubsubErrors.is(e, StatusCode.Code.NOT_FOUND)) {
        throw new IOException(name + " does not exist", e);
      }
      if (!PubsubErrors.is(e, StatusCode.Code.PERMISSION_DENIED, StatusCode.Code.UNAUTHENTICATED)) {
        throw e;
      }
      if (!mayUse(limit)) {
        throw new IOException(name + " is forbidden: these credentials lack " + permission, e);
      }
    }
  }

  private boolean mayUse(Duration limit) {
    TestIamPermissionsRequest request =
        TestIamPermissionsRequest.newBuilder().setResource(name).addPermissions(permission).build();
    try {
      return PubsubErrors.await(permissions.futureCall(request), limit, name)
          .getPermissionsList()
          .contains(permission);
    } catch (IOException e) {
      return false;
    }
  }
}
