// SPDX-License-Identifier: Apache-2.0
@NullMarked
package build.please.mettle.fitness;

import org.jspecify.annotations.NullMarked;
