// SPDX-License-Identifier: Apache-2.0
/** Who is on the other end: tokens and certificates, as gRPC credentials and interceptors. */
@NullMarked
package build.please.creds;

import org.jspecify.annotations.NullMarked;
