// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import build.please.mettle.queue.PubsubErrors;
import com.google.api.gax.rpc.StatusCode;
import com.google.api.gax.rpc.UnaryCallable;
import com.google.iam.v1.Binding;
import com.google.iam.v1.GetIamPolicyRequest;
import com.google.iam.v1.Policy;
import com.google.iam.v1.SetIamPolicyRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Adds to the policies of topics and subscriptions.
 *
 * @param patience how long one call may take
 */
record PubsubPermissions(
    UnaryCallable<GetIamPolicyRequest, Policy> reading,
    UnaryCallable<SetIamPolicyRequest, Policy> writing,
    Duration patience) {
  /** Somebody else may change a policy between our reading and our writing it. */
  private static final int TRIES = 5;

  Admin.Granted grant(String resource, List<Grant> grants) throws IOException {
    String what = "cannot permit the use of " + resource;
    for (int attempt = 1; ; attempt++) {
      try {
        return tryToGrant(resource, grants, what);
      } catch (IOException e) {
        if (PubsubErrors.is(e, StatusCode.Code.UNIMPLEMENTED)) {
          return Admin.Granted.NOT_HERE;
        }
        if (attempt == TRIES || !PubsubErrors.is(e, StatusCode.Code.ABORTED)) {
          throw e;
        }
      }
    }
  }

  private Admin.Granted tryToGrant(String resource, List<Grant> grants, String what)
      throws IOException {
    GetIamPolicyRequest read = GetIamPolicyRequest.newBuilder().setResource(resource).build();
    Policy before = PubsubErrors.await(reading.futureCall(read), patience, what);
    Policy after = with(before, grants);
    if (after.equals(before)) {
      return Admin.Granted.ALREADY;
    }
    SetIamPolicyRequest write =
        SetIamPolicyRequest.newBuilder().setResource(resource).setPolicy(after).build();
    PubsubErrors.await(writing.futureCall(write), patience, what);
    return Admin.Granted.NOW;
  }

  private static Policy with(Policy before, List<Grant> grants) {
    Policy.Builder policy = before.toBuilder();
    for (Grant grant : grants) {
      Binding.Builder binding = binding(policy, grant.role());
      if (!binding.getMembersList().contains(grant.member())) {
        binding.addMembers(grant.member());
      }
    }
    return policy.build();
  }

  /** The binding of a role that holds always, made if there is none. */
  private static Binding.Builder binding(Policy.Builder policy, String role) {
    return policy.getBindingsBuilderList().stream()
        .filter(one -> one.getRole().equals(role) && !one.hasCondition())
        .findFirst()
        .orElseGet(() -> policy.addBindingsBuilder().setRole(role));
  }
}
