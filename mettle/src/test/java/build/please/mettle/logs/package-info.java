// SPDX-License-Identifier: Apache-2.0
@NullMarked
package build.please.mettle.logs;

import org.jspecify.annotations.NullMarked;
