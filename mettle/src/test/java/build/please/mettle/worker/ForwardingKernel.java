// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.Path;

/** Another kernel, for tests that change a part of it. */
class ForwardingKernel implements Kernel {
  private final Kernel delegate;

  ForwardingKernel(Kernel delegate) {
    this.delegate = delegate;
  }

  @Override
  public Child spawn(Launch launch) throws IOException {
    return delegate.spawn(launch);
  }

  @Override
  public void signal(long pid, Signal signal) {
    delegate.signal(pid, signal);
  }

  @Override
  public void signalGroup(long leader, Signal signal) {
    delegate.signalGroup(leader, signal);
  }

  @Override
  public void symlink(String target, Path link) throws IOException {
    delegate.symlink(target, link);
  }
}
