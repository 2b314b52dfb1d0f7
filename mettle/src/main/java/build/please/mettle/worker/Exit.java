// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.proto.resourceusage.POSIXResourceUsage;

/**
 * How a command ended.
 *
 * @param code what the program returned, or 128 + n if signal n ended it (WRK-08)
 * @param usage what the kernel counted for the command and those of its children that it waited
 *     for; the default instance if unknown
 */
record Exit(int code, POSIXResourceUsage usage) {}
