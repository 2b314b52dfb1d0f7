// SPDX-License-Identifier: Apache-2.0
/** A store on another machine, through the interfaces that a local one has. */
@NullMarked
package build.please.common.cas.remote;

import org.jspecify.annotations.NullMarked;
