// SPDX-License-Identifier: Apache-2.0
@NullMarked
package build.please.mettle.pool;

import org.jspecify.annotations.NullMarked;
