// SPDX-License-Identifier: Apache-2.0
package build.please.elan.access;

import java.util.LinkedHashMap;
import java.util.Map;

/** What each method of either server needs, written down once more and by hand. */
final class RoleTable {
  /** Who may call. */
  enum Need {
    NOTHING,
    READER,
    WRITER,
    ADMIN
  }

  private static final String REAPI = "build.bazel.remote.execution.v2.";

  static final Map<String, Need> ROWS = new LinkedHashMap<>();

  static {
    ROWS.put("grpc.health.v1.Health/Check", Need.NOTHING);
    ROWS.put("grpc.health.v1.Health/Watch", Need.NOTHING);
    ROWS.put("grpc.health.v1.Health/List", Need.NOTHING);
    ROWS.put("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Need.READER);
    ROWS.put("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Need.READER);
    ROWS.put(REAPI + "Capabilities/GetCapabilities", Need.READER);
    ROWS.put(REAPI + "ContentAddressableStorage/FindMissingBlobs", Need.READER);
    ROWS.put(REAPI + "ContentAddressableStorage/BatchReadBlobs", Need.READER);
    ROWS.put(REAPI + "ContentAddressableStorage/GetTree", Need.READER);
    ROWS.put(REAPI + "ContentAddressableStorage/BatchUpdateBlobs", Need.WRITER);
    ROWS.put(REAPI + "ContentAddressableStorage/SplitBlob", Need.WRITER);
    ROWS.put(REAPI + "ContentAddressableStorage/SpliceBlob", Need.WRITER);
    ROWS.put(REAPI + "ActionCache/GetActionResult", Need.READER);
    ROWS.put(REAPI + "ActionCache/UpdateActionResult", Need.WRITER);
    ROWS.put(REAPI + "Execution/Execute", Need.WRITER);
    ROWS.put(REAPI + "Execution/WaitExecution", Need.WRITER);
    ROWS.put("google.longrunning.Operations/GetOperation", Need.WRITER);
    ROWS.put("google.longrunning.Operations/ListOperations", Need.WRITER);
    ROWS.put("google.longrunning.Operations/CancelOperation", Need.WRITER);
    ROWS.put("google.longrunning.Operations/WaitOperation", Need.WRITER);
    // Nobody may, and nobody else needs to know.
    ROWS.put("google.longrunning.Operations/DeleteOperation", Need.ADMIN);
    ROWS.put("build.please.remote.mettle.Bootstrap/ServeExecutions", Need.WRITER);
    ROWS.put("build.please.remote.mettle.Control/Attend", Need.WRITER);
    ROWS.put("google.bytestream.ByteStream/Read", Need.READER);
    ROWS.put("google.bytestream.ByteStream/Write", Need.WRITER);
    ROWS.put("google.bytestream.ByteStream/QueryWriteStatus", Need.WRITER);
    ROWS.put("build.please.remote.elan.Collector/Collect", Need.ADMIN);
    ROWS.put("build.please.remote.purity.GC/List", Need.ADMIN);
    ROWS.put("build.please.remote.purity.GC/Delete", Need.ADMIN);
  }

  private RoleTable() {}
}
