// SPDX-License-Identifier: Apache-2.0
/** {@code mettle exec}, a client small enough to try a server with. */
@NullMarked
package build.please.mettle.client;

import org.jspecify.annotations.NullMarked;
