// SPDX-License-Identifier: Apache-2.0
/** What the servers count, and the pages that show it. */
@NullMarked
package build.please.metrics;

import org.jspecify.annotations.NullMarked;
