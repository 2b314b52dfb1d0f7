// SPDX-License-Identifier: Apache-2.0
/** A stand-in for Cloud Storage within the process, which fails when told to. */
@NullMarked
package build.please.elan.fakegcs;

import org.jspecify.annotations.NullMarked;
