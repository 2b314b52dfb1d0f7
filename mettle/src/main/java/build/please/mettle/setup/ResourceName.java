// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

/**
 * The parts of {@code projects/P/topics/T}.
 *
 * @param kind topics or subscriptions
 */
record ResourceName(String project, String kind, String id) {
  static ResourceName parse(String name) {
    String[] parts = name.split("/", 4);
    return new ResourceName(parts[1], parts[2], parts[3]);
  }

  boolean isTopic() {
    return kind.equals("topics");
  }
}
