// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import build.please.proto.execution.ActionResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a command left behind, as far as it was looked at. For one thread. */
final class Outputs {
  private final ActionResult.Builder result = ActionResult.newBuilder();
  private final Map<Digest, Upload> uploads = new LinkedHashMap<>();
  private final List<Exception> faults = new ArrayList<>();

  /** The result's lists of outputs, to be added to. */
  ActionResult.Builder result() {
    return result;
  }

  void upload(Digest digest, Path file) {
    uploads.putIfAbsent(digest, new Upload.FromFile(file));
  }

  void upload(Digest digest, Upload upload) {
    uploads.putIfAbsent(digest, upload);
  }

  /** Something is wrong with one output; the others are wanted all the same (WRK-21). */
  void fault(Exception fault) {
    faults.add(fault);
  }

  /** Every blob that the result names, each once. */
  Map<Digest, Upload> uploads() {
    return uploads;
  }

  List<Exception> faults() {
    return faults;
  }
}
