// SPDX-License-Identifier: Apache-2.0
/** The API server: Execute and WaitExecution, who waits for what, and the answers. */
@NullMarked
package build.please.mettle.api;

import org.jspecify.annotations.NullMarked;
