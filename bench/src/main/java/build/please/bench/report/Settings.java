// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import java.util.List;
import java.util.Map;

/**
 * How a run was made.
 *
 * @param form smoke, short or full
 * @param firstMillis what each server got of its first workload before the rounds of that
 * @param warmMillis what each contender got of any other
 * @param durability what of a write survives, by contender
 * @param notes what a reader has to know: what was left out, and why
 */
public record Settings(
    String form,
    String began,
    int rounds,
    long roundMillis,
    long firstMillis,
    long warmMillis,
    int libraryBlobs,
    Map<String, String> durability,
    List<String> notes) {}
