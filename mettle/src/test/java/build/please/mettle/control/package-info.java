// SPDX-License-Identifier: Apache-2.0
@NullMarked
package build.please.mettle.control;

import org.jspecify.annotations.NullMarked;
