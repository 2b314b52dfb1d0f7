// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static build.please.elan.service.Requests.answer;

import build.please.common.cas.ResourceName;
import build.please.proto.execution.CapabilitiesGrpc;
import build.please.proto.execution.GetCapabilitiesRequest;
import build.please.proto.execution.ServerCapabilities;
import io.grpc.stub.StreamObserver;

/** Answers, for every instance alike, with what it was given; each caller with what it may do. */
public final class CapabilitiesService extends CapabilitiesGrpc.CapabilitiesImplBase {
  private final ServerCapabilities capabilities;

  public CapabilitiesService(ServerCapabilities capabilities) {
    this.capabilities = capabilities;
  }

  @Override
  public void getCapabilities(
      GetCapabilitiesRequest request, StreamObserver<ServerCapabilities> client) {
    answer(
        client,
        () -> {
          ResourceName.checkInstance(request.getInstanceName());
          return capabilities.toBuilder()
              .setCacheCapabilities(
                  StorageCapabilities.forCaller(capabilities.getCacheCapabilities()))
              .build();
        });
  }
}
