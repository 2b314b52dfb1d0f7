// SPDX-License-Identifier: Apache-2.0
/** Shows that a conformance suite can fail: mistakes are planted in our source, one at a time. */
@NullMarked
package build.please.faults;

import org.jspecify.annotations.NullMarked;
