// SPDX-License-Identifier: Apache-2.0
/** Who may call what, tried on running servers. */
@NullMarked
package build.please.elan.access;

import org.jspecify.annotations.NullMarked;
