// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.queue.ExecuteMessage;
import com.google.rpc.Status;

/** A run that ended here, without a worker. */
record Ended(ExecuteMessage message, Status why) {}
