// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import com.google.iam.v1.GetIamPolicyRequest;
import com.google.iam.v1.IAMPolicyGrpc;
import com.google.iam.v1.Policy;
import com.google.iam.v1.SetIamPolicyRequest;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** The policies of {@link FakeAdmin}, each of which changes only from the state that was read. */
final class FakePolicies extends IAMPolicyGrpc.IAMPolicyImplBase {
  private final FakeAdmin pubsub;
  private int version;

  FakePolicies(FakeAdmin pubsub) {
    this.pubsub = pubsub;
  }

  @Override
  public void getIamPolicy(GetIamPolicyRequest request, StreamObserver<Policy> answer) {
    answer.onNext(policy(request.getResource()));
    answer.onCompleted();
  }

  private Policy policy(String resource) {
    return pubsub.policies.getOrDefault(resource, Policy.getDefaultInstance());
  }

  @Override
  public void setIamPolicy(SetIamPolicyRequest request, StreamObserver<Policy> answer) {
    if (!policy(request.getResource()).getEtag().equals(request.getPolicy().getEtag())) {
      answer.onError(Status.ABORTED.withDescription("another change came first").asException());
      return;
    }
    ByteString etag = ByteString.copyFromUtf8("v" + ++version);
    Policy stored = request.getPolicy().toBuilder().setEtag(etag).build();
    pubsub.policies.put(request.getResource(), stored);
    pubsub.changes.add("setIamPolicy " + request.getResource());
    answer.onNext(stored);
    answer.onCompleted();
  }
}
