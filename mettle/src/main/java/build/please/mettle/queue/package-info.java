// SPDX-License-Identifier: Apache-2.0
/** Messages between API servers and workers, at least once, handed out as leases. */
@NullMarked
package build.please.mettle.queue;

import org.jspecify.annotations.NullMarked;
