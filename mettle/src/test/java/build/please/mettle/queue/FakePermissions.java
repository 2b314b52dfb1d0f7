// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.iam.v1.IAMPolicyGrpc;
import com.google.iam.v1.TestIamPermissionsRequest;
import com.google.iam.v1.TestIamPermissionsResponse;
import io.grpc.stub.StreamObserver;

/** Grants every permission on what is there, to those who may ask. */
final class FakePermissions extends IAMPolicyGrpc.IAMPolicyImplBase {
  private final FakePubsub pubsub;

  FakePermissions(FakePubsub pubsub) {
    this.pubsub = pubsub;
  }

  @Override
  public void testIamPermissions(
      TestIamPermissionsRequest request, StreamObserver<TestIamPermissionsResponse> answer) {
    TestIamPermissionsResponse.Builder response = TestIamPermissionsResponse.newBuilder();
    if (pubsub.has(request.getResource())) {
      response.addAllPermissions(request.getPermissionsList());
    }
    answer.onNext(response.build());
    answer.onCompleted();
  }
}
