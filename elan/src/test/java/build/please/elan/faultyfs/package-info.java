// SPDX-License-Identifier: Apache-2.0
/** The local file system, with faults that a test chooses. */
@NullMarked
package build.please.elan.faultyfs;

import org.jspecify.annotations.NullMarked;
