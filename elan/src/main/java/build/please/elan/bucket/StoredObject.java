// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.time.Instant;

/** What a listing says of an object; {@code size} in bytes. */
public record StoredObject(String key, long size, Instant modified) {}
