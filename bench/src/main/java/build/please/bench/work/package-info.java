// SPDX-License-Identifier: Apache-2.0
/** The workloads. */
@NullMarked
package build.please.bench.work;

import org.jspecify.annotations.NullMarked;
