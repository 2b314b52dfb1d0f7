// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName;
import build.please.common.rpc.RpcErrors;
import build.please.proto.execution.DigestFunction;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;

/** What the handlers of unary calls have in common. */
final class Requests {
  private Requests() {}

  /** Something that yields the answer to a call. */
  @FunctionalInterface
  interface Answer<T> {
    T get() throws IOException;
  }

  /** Sends the answer, or the status of what went wrong; one of them, once. */
  static <T> void answer(StreamObserver<T> client, Answer<T> answer) {
    T value;
    try {
      value = answer.get();
    } catch (IOException | RuntimeException e) {
      client.onError(RpcErrors.toException(e));
      return;
    }
    client.onNext(value);
    client.onCompleted();
  }

  /**
   * Checks the two fields that almost every request has.
   *
   * @throws MalformedException if the instance name or the digest function is not one (GEN-07,
   *     GEN-17)
   */
  static void check(String instance, DigestFunction.Value function, int number)
      throws MalformedException {
    ResourceName.checkInstance(instance);
    HashFunction.parse(number, List.of(HashFunction.SHA256));
  }
}
