// SPDX-License-Identifier: Apache-2.0
package build.please.bench.micro;

import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.FindMissingBlobsRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What FindMissingBlobs does with each digest before it asks the store. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Digests {
  private static final int COUNT = 1000;

  private ByteString encoded = ByteString.EMPTY;
  private FindMissingBlobsRequest request = FindMissingBlobsRequest.getDefaultInstance();

  @Setup
  public void make() throws InvalidProtocolBufferException {
    FindMissingBlobsRequest.Builder all = FindMissingBlobsRequest.newBuilder();
    for (int i = 0; i < COUNT; i++) {
      all.addBlobDigests(Digest.of(ByteString.copyFromUtf8("blob " + i)).toProto());
    }
    encoded = all.build().toByteString();
    request = FindMissingBlobsRequest.parseFrom(encoded);
  }

  @Benchmark
  @OperationsPerInvocation(COUNT)
  public FindMissingBlobsRequest decode() throws InvalidProtocolBufferException {
    return FindMissingBlobsRequest.parseFrom(encoded);
  }

  @Benchmark
  @OperationsPerInvocation(COUNT)
  public List<Digest> check() throws MalformedException {
    List<Digest> digests = new ArrayList<>(COUNT);
    for (build.please.proto.execution.Digest one : request.getBlobDigestsList()) {
      digests.add(Digest.parse(HashFunction.SHA256, one));
    }
    return digests;
  }
}
