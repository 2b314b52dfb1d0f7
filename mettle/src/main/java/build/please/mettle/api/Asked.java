// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.Platform;

/**
 * What a client asks for, and what its action asks of a worker.
 *
 * @param pool whose workers have that; empty if nobody said which there are
 */
record Asked(ExecuteRequest request, Platform platform, String pool) {}
