// SPDX-License-Identifier: Apache-2.0
/** What a worker looks at before it takes work. */
@NullMarked
package build.please.mettle.fitness;

import org.jspecify.annotations.NullMarked;
