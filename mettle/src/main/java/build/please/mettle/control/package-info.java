// SPDX-License-Identifier: Apache-2.0
/** How workers learn that nobody waits for what they run: the control stream, and its two ends. */
@NullMarked
package build.please.mettle.control;

import org.jspecify.annotations.NullMarked;
