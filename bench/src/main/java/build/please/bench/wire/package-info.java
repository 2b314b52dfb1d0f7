// SPDX-License-Identifier: Apache-2.0
/**
 * A client that costs less than the servers it drives: HTTP/2 with frames that are encoded before.
 */
@NullMarked
package build.please.bench.wire;

import org.jspecify.annotations.NullMarked;
