// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

/**
 * For how long, in seconds.
 *
 * @param lease a use protects
 * @param noteEvery the journal hears again of an object in use
 */
record LeaseTerms(int lease, int noteEvery) {}
