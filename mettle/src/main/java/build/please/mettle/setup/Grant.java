// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

/**
 * A role on one topic or subscription.
 *
 * @param resource its full name
 * @param role such as {@code roles/pubsub.publisher}
 * @param member such as {@code serviceAccount:NAME@P.iam.gserviceaccount.com}
 */
public record Grant(String resource, String role, String member) {
  static final String PUBLISHER = "roles/pubsub.publisher";
  static final String SUBSCRIBER = "roles/pubsub.subscriber";
  static final String VIEWER = "roles/pubsub.viewer";
}
