// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.BindableService;

/**
 * A ByteStream service that looks at the data of a WriteRequest only until the {@code onNext} that
 * was given it returns. An {@link RpcServer} then leaves the bytes in the memory that they were
 * received in, and uses that again afterwards.
 */
public interface LentRequests extends BindableService {}
