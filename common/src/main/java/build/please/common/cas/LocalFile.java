// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import java.nio.file.Path;

/**
 * A file on this machine that holds a blob. It must not be changed, and may vanish.
 *
 * @param stamp of the file at the moment for which its content is vouched for
 */
public record LocalFile(Path path, FileStamp stamp) {}
