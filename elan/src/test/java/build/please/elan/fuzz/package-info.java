// SPDX-License-Identifier: Apache-2.0
/**
 * What parses or decodes the words of strangers, fed with mutations of good input for a bounded
 * time. The seed is printed; {@code -Dfuzz.seed=N} runs it again, {@code -Dfuzz.millis=N} longer.
 */
@NullMarked
package build.please.elan.fuzz;

import org.jspecify.annotations.NullMarked;
