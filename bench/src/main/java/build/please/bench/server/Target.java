// SPDX-License-Identifier: Apache-2.0
package build.please.bench.server;

import java.util.Optional;

/**
 * An installation that is measured.
 *
 * @param storage what answers for blobs and the action cache
 * @param execution what executes
 * @param executionStore where inputs of what it executes go
 * @param ours whether it was started by this run
 * @param durability what of a write survives, in words
 */
public record Target(
    String name,
    Optional<Endpoint> storage,
    Optional<Endpoint> execution,
    Optional<Endpoint> executionStore,
    boolean ours,
    String durability) {}
