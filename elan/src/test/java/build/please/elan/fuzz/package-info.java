// SPDX-License-Identifier: Apache-2.0
/**
 * What parses or decodes the words of strangers, fed with a corpus and with mutations of it for a
 * bounded time. The seed is printed; {@code -Dfuzz.seed=N} runs it again, {@code -Dfuzz.millis=N}
 * longer. {@code bin/fuzz} lets Jazzer mutate the same corpus.
 */
@NullMarked
package build.please.elan.fuzz;

import org.jspecify.annotations.NullMarked;
