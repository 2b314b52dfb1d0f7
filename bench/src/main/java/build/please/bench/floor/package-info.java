// SPDX-License-Identifier: Apache-2.0
/** What the machine and the stack allow: the same work without what a server adds. */
@NullMarked
package build.please.bench.floor;

import org.jspecify.annotations.NullMarked;
