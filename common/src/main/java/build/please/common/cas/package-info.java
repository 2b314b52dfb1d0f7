// SPDX-License-Identifier: Apache-2.0
/** Blobs by digest: the names, the store interfaces, and what can go wrong with them. */
@NullMarked
package build.please.common.cas;

import org.jspecify.annotations.NullMarked;
