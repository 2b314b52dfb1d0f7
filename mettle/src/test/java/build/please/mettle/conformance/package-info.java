// SPDX-License-Identifier: Apache-2.0
/**
 * Which tests show which rules for actions and workers. The tests lie beside what they test and say
 * so by {@link build.please.mettle.conformance.Shows}; what is covered is printed by {@code
 * CoverageTest}; that they can fail is shown by {@code bin/plant-faults}.
 */
@NullMarked
package build.please.mettle.conformance;

import org.jspecify.annotations.NullMarked;
