// SPDX-License-Identifier: Apache-2.0
@NullMarked
package build.please.common.cli;

import org.jspecify.annotations.NullMarked;
