// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;

/** One blob in one mode, which is what one inode can be: the mode belongs to it (DIR-06). */
record BlobForm(Digest digest, FileMode mode) {}
