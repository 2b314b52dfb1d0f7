// SPDX-License-Identifier: Apache-2.0
/** The servers that are measured, and how ours are started. */
@NullMarked
package build.please.bench.server;

import org.jspecify.annotations.NullMarked;
