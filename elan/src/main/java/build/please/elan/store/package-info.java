// SPDX-License-Identifier: Apache-2.0
/** Blobs and action results on a bucket, one decorator for each policy. */
@NullMarked
package build.please.elan.store;

import org.jspecify.annotations.NullMarked;
