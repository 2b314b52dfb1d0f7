// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

/**
 * What a workload is.
 *
 * @param id stable, by which results of two runs are compared
 * @param benchmark of the list B1 to B16
 * @param title for people
 * @param clients calls under way at once
 * @param operations the most of a round
 * @param bytes of content that one call carries, 0 if their number says nothing
 * @param writes whether the durability of the store matters
 */
public record Outline(
    String id,
    String benchmark,
    String title,
    int clients,
    int operations,
    long bytes,
    boolean writes) {

  /** Something that changes no store. */
  public static Outline reading(
      String id, String benchmark, String title, int clients, int operations, long bytes) {
    return new Outline(id, benchmark, title, clients, operations, bytes, false);
  }

  /** Something that changes a store. */
  public static Outline writing(
      String id, String benchmark, String title, int clients, int operations, long bytes) {
    return new Outline(id, benchmark, title, clients, operations, bytes, true);
  }
}
