// SPDX-License-Identifier: Apache-2.0
/** The benchmark: what it runs, in which order, and its command line. */
@NullMarked
package build.please.bench;

import org.jspecify.annotations.NullMarked;
