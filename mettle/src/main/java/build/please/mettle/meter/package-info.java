// SPDX-License-Identifier: Apache-2.0
/** What Mettle counts and times. */
@NullMarked
package build.please.mettle.meter;

import org.jspecify.annotations.NullMarked;
