// SPDX-License-Identifier: Apache-2.0
/** Command-line options that both servers share, and how they are read. */
@NullMarked
package build.please.common.cli;

import org.jspecify.annotations.NullMarked;
