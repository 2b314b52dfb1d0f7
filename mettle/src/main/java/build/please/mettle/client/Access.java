// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a client makes itself acceptable to a server.
 *
 * @param tls whether targets without a scheme are spoken to over TLS
 * @param ca certificates of the authorities to trust; null for those that the machine trusts
 * @param tokenFile a file with the token that goes with every call; null for none
 */
public record Access(boolean tls, @Nullable Path ca, @Nullable Path tokenFile) {}
