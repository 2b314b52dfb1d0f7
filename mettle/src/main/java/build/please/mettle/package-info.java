// SPDX-License-Identifier: Apache-2.0
/** Mettle, the execution server: its command line and how its parts are put together. */
@NullMarked
package build.please.mettle;

import org.jspecify.annotations.NullMarked;
