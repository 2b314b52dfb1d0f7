// SPDX-License-Identifier: Apache-2.0
/** Hot inner pieces, measured alone by JMH: {@code bin/bench --micro}. */
@NullMarked
package build.please.bench.micro;

import org.jspecify.annotations.NullMarked;
