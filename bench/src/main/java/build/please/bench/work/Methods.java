// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

/** Full names of the methods that are called. */
final class Methods {
  private static final String EXECUTION = "build.bazel.remote.execution.v2.";
  static final String FIND_MISSING = EXECUTION + "ContentAddressableStorage/FindMissingBlobs";
  static final String BATCH_UPDATE = EXECUTION + "ContentAddressableStorage/BatchUpdateBlobs";
  static final String BATCH_READ = EXECUTION + "ContentAddressableStorage/BatchReadBlobs";
  static final String GET_TREE = EXECUTION + "ContentAddressableStorage/GetTree";
  static final String GET_RESULT = EXECUTION + "ActionCache/GetActionResult";
  static final String UPDATE_RESULT = EXECUTION + "ActionCache/UpdateActionResult";
  static final String EXECUTE = EXECUTION + "Execution/Execute";
  static final String READ = "google.bytestream.ByteStream/Read";
  static final String WRITE = "google.bytestream.ByteStream/Write";

  private Methods() {}
}
