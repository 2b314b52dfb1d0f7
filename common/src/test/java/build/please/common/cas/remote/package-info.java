// SPDX-License-Identifier: Apache-2.0
@NullMarked
package build.please.common.cas.remote;

import org.jspecify.annotations.NullMarked;
