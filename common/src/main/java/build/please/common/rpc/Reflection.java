// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.BindableService;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.util.List;

/** The two versions of gRPC's reflection. */
final class Reflection {
  private Reflection() {}

  @SuppressWarnings("deprecation") // clients that know only v1alpha are still around
  static List<BindableService> services() {
    return List.of(ProtoReflectionServiceV1.newInstance(), ProtoReflectionService.newInstance());
  }
}
