// SPDX-License-Identifier: Apache-2.0
/** The gRPC services of the store. */
@NullMarked
package build.please.elan.service;

import org.jspecify.annotations.NullMarked;
