// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.AdminOptions;
import build.please.common.cli.LoggingOptions;

/** What servers are told before the command. */
record GlobalOptions(LoggingOptions logging, AdminOptions admin, QueueOptions queues) {}
