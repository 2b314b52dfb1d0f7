// SPDX-License-Identifier: Apache-2.0
/** What the machine tells of itself and of processes. */
@NullMarked
package build.please.bench.machine;

import org.jspecify.annotations.NullMarked;
