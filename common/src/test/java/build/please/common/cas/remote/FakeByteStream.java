// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.ReadResponse;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** ByteStream over a map; reads obey flow control. */
final class FakeByteStream extends ByteStreamGrpc.ByteStreamImplBase {
  static final int PIECE = 1000;

  private final Map<Digest, ByteString> blobs;

  /** Where reads break off with UNAVAILABLE, one after the other: bytes sent by then. */
  final BlockingQueue<Integer> breaks = new LinkedBlockingQueue<>();

  /** Bytes sent in place of a blob's, whatever its digest says. */
  final Map<Digest, ByteString> forged = new ConcurrentHashMap<>();

  /** Offsets at which reads began. */
  final List<Long> offsets = new CopyOnWriteArrayList<>();

  /** Messages sent by reads. */
  final AtomicInteger sent = new AtomicInteger();

  /** Opened whenever a read finds its reader slow. */
  final CountDownLatch paused = new CountDownLatch(1);

  /** Opened when a client gives up a read or a write. */
  final CountDownLatch cancelled = new CountDownLatch(1);

  /** What writes are told after their first message; OK is an early success. */
  volatile Status earlyAnswer = Status.UNKNOWN;

  /** Reads get no answer at all. */
  volatile boolean silent;

  /** Added to the committed size. */
  volatile long committedError;

  final List<WriteRequest> writes = new CopyOnWriteArrayList<>();

  FakeByteStream(Map<Digest, ByteString> blobs) {
    this.blobs = blobs;
  }

  @Override
  public void read(ReadRequest request, StreamObserver<ReadResponse> answer) {
    ResourceName.Read name;
    try {
      name = ResourceName.parseRead(request.getResourceName());
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
    offsets.add(request.getReadOffset());
    ByteString data = forged.getOrDefault(name.digest(), blobs.get(name.digest()));
    if (data == null || !name.instance().equals(CasServer.INSTANCE)) {
      answer.onError(Status.NOT_FOUND.asRuntimeException());
      return;
    }
    data = data.substring((int) request.getReadOffset());
    if (name.encoding() == Encoding.ZSTD) {
      data = ByteString.copyFrom(Zstd.compress(data.toByteArray()));
    }
    Integer breakAt = breaks.poll();
    new Pump(data, breakAt == null ? Integer.MAX_VALUE : breakAt, answer).start();
  }

  /** Sends while the client takes. */
  private final class Pump {
    private final ByteString data;
    private final int breakAt;
    private final ServerCallStreamObserver<ReadResponse> answer;
    private int position;
    private boolean done;

    Pump(ByteString data, int breakAt, StreamObserver<ReadResponse> answer) {
      this.data = data;
      this.breakAt = breakAt;
      this.answer = (ServerCallStreamObserver<ReadResponse>) answer;
    }

    void start() {
      answer.setOnReadyHandler(this::send);
      answer.setOnCancelHandler(cancelled::countDown);
      if (silent) {
        done = true;
        return;
      }
      answer.onNext(ReadResponse.getDefaultInstance());
    }

    private void send() {
      while (answer.isReady() && !done) {
        if (position >= breakAt) {
          done = true;
          answer.onError(Status.UNAVAILABLE.asRuntimeException());
        } else if (position == data.size()) {
          done = true;
          answer.onCompleted();
        } else {
          int end = Math.min(data.size(), position + PIECE);
          answer.onNext(ReadResponse.newBuilder().setData(data.substring(position, end)).build());
          position = end;
          sent.incrementAndGet();
        }
      }
      if (!done) {
        paused.countDown();
      }
    }
  }

  @Override
  public StreamObserver<WriteRequest> write(StreamObserver<WriteResponse> answer) {
    ((ServerCallStreamObserver<WriteResponse>) answer).setOnCancelHandler(cancelled::countDown);
    return new Upload(answer);
  }

  private final class Upload implements StreamObserver<WriteRequest> {
    private final StreamObserver<WriteResponse> answer;
    private String name = "";
    private ByteString data = ByteString.EMPTY;
    private boolean answered;

    Upload(StreamObserver<WriteResponse> answer) {
      this.answer = answer;
    }

    @Override
    public void onNext(WriteRequest request) {
      writes.add(request.toBuilder().clearData().build());
      if (answered) {
        return;
      }
      name = name.isEmpty() ? request.getResourceName() : name;
      if (request.getWriteOffset() != data.size()) {
        answer.onError(Status.INVALID_ARGUMENT.asRuntimeException());
        answered = true;
        return;
      }
      data = data.concat(request.getData());
      try {
        ResourceName.Upload upload = ResourceName.parseUpload(name);
        if (earlyAnswer.getCode() != Status.Code.UNKNOWN) {
          answer(earlyAnswer, upload);
        } else if (request.getFinishWrite()) {
          answer(store(upload), upload);
        }
      } catch (MalformedException e) {
        throw new AssertionError(e);
      }
    }

    private Status store(ResourceName.Upload upload) {
      ByteString identity = data;
      if (upload.encoding() == Encoding.ZSTD) {
        byte[] zstd = data.toByteArray();
        identity =
            ByteString.copyFrom(Zstd.decompress(zstd, Math.toIntExact(upload.digest().size())));
      }
      if (!Digest.of(upload.digest().function(), identity).equals(upload.digest())) {
        return Status.INVALID_ARGUMENT.withDescription("wrong bytes");
      }
      blobs.put(upload.digest(), identity);
      return Status.OK;
    }

    private void answer(Status status, ResourceName.Upload upload) {
      answered = true;
      if (!status.isOk()) {
        answer.onError(status.asRuntimeException());
        return;
      }
      long size = upload.encoding() == Encoding.ZSTD ? -1 : upload.digest().size();
      answer.onNext(WriteResponse.newBuilder().setCommittedSize(size + committedError).build());
      answer.onCompleted();
    }

    @Override
    public void onError(Throwable cancelledByClient) {}

    @Override
    public void onCompleted() {
      if (!answered) {
        answer.onError(Status.INVALID_ARGUMENT.asRuntimeException());
      }
    }
  }
}
