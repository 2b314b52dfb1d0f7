// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.CommandRules;
import build.please.common.cas.Digest;
import build.please.common.cas.TreeReader;
import build.please.mettle.api.ActionCheck;
import build.please.mettle.api.PlatformPolicy;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import java.io.IOException;
import java.time.Duration;

/**
 * What the API server refuses before it queues: all that can be known without the files (Appendix C
 * 12).
 */
final class ActionChecks implements ActionCheck {
  private final TreeReader trees;
  private final PlatformPolicy platform;
  private final Duration defaultTimeout;
  private final Duration maxTimeout;

  ActionChecks(
      BlobStore blobs, PlatformPolicy platform, Duration defaultTimeout, Duration maxTimeout) {
    this.trees = new TreeReader(blobs);
    this.platform = platform;
    this.defaultTimeout = defaultTimeout;
    this.maxTimeout = maxTimeout;
  }

  @Override
  public void check(Action action, Command command) throws IOException {
    CommandRules.check(command);
    platform.check(PlatformPolicy.platform(action, command));
    CommandRules.timeout(action, defaultTimeout, maxTimeout);
    TreeReader.Closure tree = trees.read(Digest.parse(action.getInputRootDigest()));
    if (!tree.missing().isEmpty()) {
      throw new BlobNotFoundException(tree.missing());
    }
  }
}
