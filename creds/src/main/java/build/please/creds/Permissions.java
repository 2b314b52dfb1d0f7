// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The role that each method needs. */
final class Permissions {
  private static final String REAPI = "build.bazel.remote.execution.v2.";
  private static final String CAS = REAPI + "ContentAddressableStorage/";
  private static final String OPERATIONS = "google.longrunning.Operations/";
  private static final String STREAM = "google.bytestream.ByteStream/";

  /** Whoever decides where calls go must be able to ask, and shows nothing. */
  private static final String HEALTH = "grpc.health.v1.Health/";

  /** The reference's list of what needs no token, and the newer reflection beside the older. */
  private static final List<String> READS =
      List.of(
          REAPI + "Capabilities/GetCapabilities",
          REAPI + "ActionCache/GetActionResult",
          CAS + "FindMissingBlobs",
          CAS + "BatchReadBlobs",
          CAS + "GetTree",
          STREAM + "Read",
          "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
          "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");

  private static final List<String> WRITES =
      List.of(
          REAPI + "ActionCache/UpdateActionResult",
          REAPI + "Execution/Execute",
          REAPI + "Execution/WaitExecution",
          OPERATIONS + "GetOperation",
          OPERATIONS + "ListOperations",
          OPERATIONS + "CancelOperation",
          OPERATIONS + "WaitOperation",
          // What API servers tell each other is what those who execute may see.
          "build.please.remote.mettle.Bootstrap/ServeExecutions",
          // Workers ask with what they store results with.
          "build.please.remote.mettle.Control/Attend",
          CAS + "BatchUpdateBlobs",
          // Chunks are blobs of their own.
          CAS + "SplitBlob",
          CAS + "SpliceBlob",
          STREAM + "Write",
          STREAM + "QueryWriteStatus");

  private static final Map<String, Role> NEEDED = new HashMap<>();

  static {
    READS.forEach(method -> NEEDED.put(method, Role.READER));
    WRITES.forEach(method -> NEEDED.put(method, Role.WRITER));
  }

  private Permissions() {}

  /**
   * What a method needs; empty if it is open to all. One that nobody thought of here needs the
   * greatest.
   */
  static Optional<Role> needed(String method) {
    return method.startsWith(HEALTH)
        ? Optional.empty()
        : Optional.of(NEEDED.getOrDefault(method, Role.ADMIN));
  }
}
