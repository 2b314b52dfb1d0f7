// SPDX-License-Identifier: Apache-2.0
/** Elan, the storage server: its command line and how its parts are put together. */
@NullMarked
package build.please.elan;

import org.jspecify.annotations.NullMarked;
