// SPDX-License-Identifier: Apache-2.0
/**
 * Every rule of the storage API, one small case after the other: in this process and over a real
 * socket, over memory and over files. What is covered is printed by {@code CoverageTest}; that the
 * cases can fail is shown by {@code bin/plant-faults}.
 */
@NullMarked
package build.please.elan.conformance;

import org.jspecify.annotations.NullMarked;
