// SPDX-License-Identifier: Apache-2.0
/** What running actions print, for those who want to read it meanwhile. */
@NullMarked
package build.please.mettle.logs;

import org.jspecify.annotations.NullMarked;
