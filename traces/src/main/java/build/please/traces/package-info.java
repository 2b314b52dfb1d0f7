// SPDX-License-Identifier: Apache-2.0
/** What calls and actions did, and for how long, told to an OpenTelemetry collector. */
@NullMarked
package build.please.traces;

import org.jspecify.annotations.NullMarked;
