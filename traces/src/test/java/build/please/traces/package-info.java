// SPDX-License-Identifier: Apache-2.0
@NullMarked
package build.please.traces;

import org.jspecify.annotations.NullMarked;
