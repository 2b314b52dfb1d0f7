// SPDX-License-Identifier: Apache-2.0
/**
 * What Elan counts. Each group keeps its names, labels and buckets in one place, registers all of
 * its meters when it is made, so that they are on the page from the start, and is handed to whoever
 * counts.
 */
@NullMarked
package build.please.elan.meter;

import org.jspecify.annotations.NullMarked;
