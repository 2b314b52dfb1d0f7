// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.util.OptionalLong;

/** No confinement at all. */
record Unconfined() implements Confinement {
  @Override
  public Launch enter(Launch launch) {
    return launch;
  }

  @Override
  public void checkEntered() {}

  @Override
  public void kill() {}

  @Override
  public boolean awaitEmpty() {
    return true;
  }

  @Override
  public Memory memory() {
    return Memory.SUFFICED;
  }

  @Override
  public OptionalLong peakBytes() {
    return OptionalLong.empty();
  }

  @Override
  public void close() {}
}
