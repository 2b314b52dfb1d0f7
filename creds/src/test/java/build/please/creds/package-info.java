// SPDX-License-Identifier: Apache-2.0
@NullMarked
package build.please.creds;

import org.jspecify.annotations.NullMarked;
