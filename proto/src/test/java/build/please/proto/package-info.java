// SPDX-License-Identifier: Apache-2.0

/** Compares the generated messages and services with the tables of what they must be. */
@NullMarked
package build.please.proto;

import org.jspecify.annotations.NullMarked;
