// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName;
import build.please.common.rpc.RpcErrors;
import build.please.elan.service.StorageCapabilities;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.CacheCapabilities;
import build.please.proto.execution.CapabilitiesGrpc;
import build.please.proto.execution.ExecutionCapabilities;
import build.please.proto.execution.GetCapabilitiesRequest;
import build.please.proto.execution.PriorityCapabilities;
import build.please.proto.execution.ServerCapabilities;
import build.please.proto.semver.SemVer;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.function.Supplier;

/**
 * What clients may ask of this server, for execution and for the storage behind it: some clients
 * ask only where they execute (CAP-24). The same for every instance name. Never blocks.
 */
public final class CapabilitiesService extends CapabilitiesGrpc.CapabilitiesImplBase {
  private final Supplier<CacheCapabilities> cache;
  private final ServerCapabilities execution;

  /**
   * @param cache what the storage offers now; must not block
   * @param nodeProperties names of those that workers report of outputs (CAP-25)
   */
  public CapabilitiesService(Supplier<CacheCapabilities> cache, List<String> nodeProperties) {
    this.cache = cache;
    this.execution =
        ServerCapabilities.newBuilder()
            .setExecutionCapabilities(execution(nodeProperties))
            .setLowApiVersion(version(2, 0)) // plz pins it (CAP-22).
            .setHighApiVersion(version(2, 3))
            .build();
  }

  @Override
  public void getCapabilities(
      GetCapabilitiesRequest request, StreamObserver<ServerCapabilities> observer) {
    try {
      ResourceName.checkInstance(request.getInstanceName());
    } catch (MalformedException e) {
      observer.onError(RpcErrors.toException(e));
      return;
    }
    observer.onNext(
        execution.toBuilder()
            .setCacheCapabilities(StorageCapabilities.forCaller(cache.get()))
            .build());
    observer.onCompleted();
  }

  private static ExecutionCapabilities execution(List<String> nodeProperties) {
    // Bazel refuses to send a priority out of range; how urgency is met is our business (EXE-24).
    PriorityCapabilities.PriorityRange everything =
        PriorityCapabilities.PriorityRange.newBuilder()
            .setMinPriority(Integer.MIN_VALUE)
            .setMaxPriority(Integer.MAX_VALUE)
            .build();
    return ExecutionCapabilities.newBuilder()
        .setDigestFunction(ExecuteMessage.FUNCTIONS.get(0).toProto())
        .addAllDigestFunctions(
            ExecuteMessage.FUNCTIONS.stream().map(HashFunction::toProto).toList())
        .setExecEnabled(true)
        .setExecutionPriorityCapabilities(
            PriorityCapabilities.newBuilder().addPriorities(everything))
        .addAllSupportedNodeProperties(nodeProperties)
        .build();
  }

  private static SemVer version(int major, int minor) {
    return SemVer.newBuilder().setMajor(major).setMinor(minor).build();
  }
}
