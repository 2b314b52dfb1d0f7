// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.ReadResponse;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchReadBlobsResponse;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsResponse;
import build.please.proto.execution.ContentAddressableStorageGrpc.ContentAddressableStorageImplBase;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.FindMissingBlobsResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.rpc.Code;
import io.grpc.BindableService;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A fake of a content-addressable storage: a map behind gRPC that believes every digest and ignores
 * flow control.
 */
final class FakeStorage {
  final Map<Digest, ByteString> blobs = new ConcurrentHashMap<>();

  List<BindableService> services() {
    return List.of(new Batches(), new Streams());
  }

  Digest put(ByteString bytes) {
    Digest digest = Digest.of(bytes);
    blobs.put(digest, bytes);
    return digest;
  }

  Digest put(MessageLite message) {
    return put(message.toByteString());
  }

  ByteString get(build.please.proto.execution.Digest digest) {
    return Objects.requireNonNull(blobs.get(checked(digest)), digest::toString);
  }

  static Digest checked(build.please.proto.execution.Digest digest) {
    return new Digest(digest.getHash(), digest.getSizeBytes());
  }

  private final class Batches extends ContentAddressableStorageImplBase {
    @Override
    public void findMissingBlobs(
        FindMissingBlobsRequest request, StreamObserver<FindMissingBlobsResponse> answer) {
      FindMissingBlobsResponse.Builder response = FindMissingBlobsResponse.newBuilder();
      request.getBlobDigestsList().stream()
          .filter(digest -> !blobs.containsKey(checked(digest)))
          .forEach(response::addMissingBlobDigests);
      answer.onNext(response.build());
      answer.onCompleted();
    }

    @Override
    public void batchUpdateBlobs(
        BatchUpdateBlobsRequest request, StreamObserver<BatchUpdateBlobsResponse> answer) {
      BatchUpdateBlobsResponse.Builder response = BatchUpdateBlobsResponse.newBuilder();
      for (BatchUpdateBlobsRequest.Request one : request.getRequestsList()) {
        blobs.put(checked(one.getDigest()), one.getData());
        response.addResponsesBuilder().setDigest(one.getDigest());
      }
      answer.onNext(response.build());
      answer.onCompleted();
    }

    @Override
    public void batchReadBlobs(
        BatchReadBlobsRequest request, StreamObserver<BatchReadBlobsResponse> answer) {
      BatchReadBlobsResponse.Builder response = BatchReadBlobsResponse.newBuilder();
      for (build.please.proto.execution.Digest digest : request.getDigestsList()) {
        BatchReadBlobsResponse.Response.Builder one =
            response.addResponsesBuilder().setDigest(digest);
        ByteString data = blobs.get(checked(digest));
        if (data == null) {
          one.getStatusBuilder().setCode(Code.NOT_FOUND_VALUE);
        } else {
          one.setData(data);
        }
      }
      answer.onNext(response.build());
      answer.onCompleted();
    }
  }

  private final class Streams extends ByteStreamGrpc.ByteStreamImplBase {
    @Override
    public void read(ReadRequest request, StreamObserver<ReadResponse> answer) {
      try {
        ByteString data = blobs.get(ResourceName.parseRead(request.getResourceName()).digest());
        if (data == null) {
          answer.onError(Status.NOT_FOUND.asRuntimeException());
          return;
        }
        answer.onNext(
            ReadResponse.newBuilder()
                .setData(data.substring((int) request.getReadOffset()))
                .build());
        answer.onCompleted();
      } catch (MalformedException e) {
        answer.onError(Status.INVALID_ARGUMENT.asRuntimeException());
      }
    }

    @Override
    public StreamObserver<WriteRequest> write(StreamObserver<WriteResponse> answer) {
      return new StreamObserver<>() {
        private String name = "";
        private ByteString data = ByteString.EMPTY;

        @Override
        public void onNext(WriteRequest request) {
          name = name.isEmpty() ? request.getResourceName() : name;
          data = data.concat(request.getData());
        }

        @Override
        public void onError(Throwable givenUp) {}

        @Override
        public void onCompleted() {
          try {
            blobs.put(ResourceName.parseUpload(name).digest(), data);
            answer.onNext(WriteResponse.newBuilder().setCommittedSize(data.size()).build());
            answer.onCompleted();
          } catch (MalformedException e) {
            answer.onError(Status.INVALID_ARGUMENT.asRuntimeException());
          }
        }
      };
    }
  }
}
