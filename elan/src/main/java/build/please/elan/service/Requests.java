// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName;
import build.please.common.rpc.RpcErrors;
import io.grpc.stub.StreamObserver;
import java.io.IOException;

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
   * @return the function of all digests in the request and in what it names (GEN-08)
   * @throws MalformedException if the instance name or the digest function is not one (GEN-07,
   *     GEN-17)
   */
  static HashFunction check(String instance, int function) throws MalformedException {
    ResourceName.checkInstance(instance);
    return HashFunction.parse(function, HashFunction.ALL);
  }
}
