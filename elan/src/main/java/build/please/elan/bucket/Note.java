// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

/**
 * What is known of the use of one object.
 *
 * @param used when it was last used, in seconds since 1970
 * @param keptUntil until when it must stay; in the past if it need not
 */
record Note(String key, long used, long keptUntil) {}
