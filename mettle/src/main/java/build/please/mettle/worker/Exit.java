// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.time.Duration;

/**
 * How a command ended.
 *
 * @param code what the program returned, or 128 + n if signal n ended it (WRK-08)
 * @param userTime of the processor, for the command and those of its children that it waited for;
 *     zero if unknown
 * @param systemTime likewise
 */
record Exit(int code, Duration userTime, Duration systemTime) {}
