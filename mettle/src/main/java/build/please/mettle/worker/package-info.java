// SPDX-License-Identifier: Apache-2.0
/** The worker: input roots, commands, outputs. */
@NullMarked
package build.please.mettle.worker;

import org.jspecify.annotations.NullMarked;
