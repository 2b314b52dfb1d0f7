// SPDX-License-Identifier: Apache-2.0
@NullMarked
package build.please.mettle.setup;

import org.jspecify.annotations.NullMarked;
