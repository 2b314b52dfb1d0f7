// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.rpc.WholeAnswers;

/**
 * Where the trees of GetTree come from.
 *
 * @param room for those whose client has not taken all of it, each of which is held as a whole
 */
record Trees(CachedDirectories directories, WholeAnswers room) {}
