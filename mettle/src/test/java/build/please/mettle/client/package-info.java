// SPDX-License-Identifier: Apache-2.0
@NullMarked
package build.please.mettle.client;

import org.jspecify.annotations.NullMarked;
