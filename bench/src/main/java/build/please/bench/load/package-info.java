// SPDX-License-Identifier: Apache-2.0
/** How calls are driven, and what is noted of them. */
@NullMarked
package build.please.bench.load;

import org.jspecify.annotations.NullMarked;
