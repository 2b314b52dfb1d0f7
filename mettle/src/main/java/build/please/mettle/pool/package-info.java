// SPDX-License-Identifier: Apache-2.0
/** Which workers take which actions, by what these ask of a platform. */
@NullMarked
package build.please.mettle.pool;

import org.jspecify.annotations.NullMarked;
