// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.queue.Subscription;
import build.please.mettle.queue.Topic;

/**
 * What connects a worker with others.
 *
 * @param requests becomes the worker's, which closes it
 * @param responses stays the caller's, to be closed after the worker; so does the next
 * @param deadLetters gets a copy of each request that is given up
 * @param hearsay what API servers know
 */
public record WorkerLinks(
    Subscription requests, Topic responses, Topic deadLetters, Hearsay hearsay) {
  /** Where nobody reads what is given up. */
  public WorkerLinks(Subscription requests, Topic responses) {
    this(requests, responses, Topic.NOWHERE, Hearsay.NONE);
  }
}
