// SPDX-License-Identifier: Apache-2.0
/** The real server in little memory, among clients that take or send nothing. */
@NullMarked
package build.please.elan.memory;

import org.jspecify.annotations.NullMarked;
