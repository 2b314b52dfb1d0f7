// SPDX-License-Identifier: Apache-2.0
/** Named objects: in memory, in files. */
@NullMarked
package build.please.elan.bucket;

import org.jspecify.annotations.NullMarked;
