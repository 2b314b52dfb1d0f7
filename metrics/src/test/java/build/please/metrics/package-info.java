// SPDX-License-Identifier: Apache-2.0
@NullMarked
package build.please.metrics;

import org.jspecify.annotations.NullMarked;
