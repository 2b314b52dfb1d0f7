// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.util.List;
import java.util.Set;

/**
 * What came of marking objects as used, or as kept.
 *
 * @param leaving those of the keys that are being deleted and count as absent
 * @param unknown those that are not known to be in the bucket
 * @param notes what the journal should hear
 */
record Marked(Set<String> leaving, Set<String> unknown, List<Note> notes) {}
