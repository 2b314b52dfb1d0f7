// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import java.util.List;
import java.util.Map;

/**
 * How a run was made.
 *
 * @param form smoke, short, warm or full
 * @param command what gives such a run again
 * @param warming what servers did before they were measured, in words
 * @param durability what of a write survives, by contender
 * @param notes what a reader has to know: what was left out, and why
 */
public record Settings(
    String form,
    String command,
    String began,
    int rounds,
    long roundMillis,
    String warming,
    int libraryBlobs,
    Map<String, String> durability,
    List<String> notes) {}
