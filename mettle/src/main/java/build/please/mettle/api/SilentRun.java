// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.queue.ExecuteMessage;

/**
 * A run that is not over, that somebody waits for, and that nothing was heard of for a while.
 *
 * @param fresh whether no older result will do
 */
record SilentRun(ExecuteMessage message, boolean fresh) {}
