// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.time.Instant;

/**
 * What a listing says of an object.
 *
 * @param size bytes
 * @param lastUse when it was last used, as far as the bucket knows; else when it was written
 */
public record StoredObject(String key, long size, Instant lastUse) {}
