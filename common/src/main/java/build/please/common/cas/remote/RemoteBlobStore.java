// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.HashFunction;
import build.please.common.cas.ResourceName;
import build.please.common.cas.ZstdEncodingStream;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.FindMissingBlobsResponse;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The blobs of a server. The empty blob is answered here and never travels.
 *
 * <p>Whole blobs that are read in their identity form are verified at their end; what is read in
 * another encoding, or from an offset, is the reader's to check.
 */
final class RemoteBlobStore implements BlobStore {
  private final ManagedChannel channel;
  private final RemoteConfig config;
  private final Retry retry;
  private final BlobBatches batches;
  private final BatchLimit limit;

  RemoteBlobStore(ManagedChannel channel, RemoteConfig config, Retry retry) {
    this.channel = channel;
    this.config = config;
    this.retry = retry;
    this.batches = new BlobBatches(channel, config);
    this.limit = new BatchLimit(channel, config, retry);
  }

  @Override
  public Set<Digest> findMissing(Collection<Digest> digests) throws IOException {
    Set<Digest> missing = new HashSet<>();
    for (List<Digest> slice : Slices.toAsk(distinct(digests))) {
      missing.addAll(retry.run(() -> ask(slice)));
    }
    return missing;
  }

  private Set<Digest> ask(List<Digest> slice) throws IOException {
    HashFunction function = slice.get(0).function();
    FindMissingBlobsRequest.Builder request =
        FindMissingBlobsRequest.newBuilder()
            .setInstanceName(config.instance())
            .setDigestFunction(function.toRequest());
    slice.forEach(digest -> request.addBlobDigests(digest.toProto()));
    try {
      FindMissingBlobsResponse response =
          ContentAddressableStorageGrpc.newBlockingStub(channel)
              .withDeadlineAfter(config.callTimeout().toMillis(), TimeUnit.MILLISECONDS)
              .findMissingBlobs(request.build());
      Set<Digest> missing = new HashSet<>();
      for (build.please.proto.execution.Digest digest : response.getMissingBlobDigestsList()) {
        missing.add(Digest.parse(function, digest));
      }
      missing.retainAll(Set.copyOf(slice));
      return missing;
    } catch (StatusRuntimeException e) {
      throw RemoteErrors.of("asking for " + slice.size() + " blobs", e.getStatus());
    }
  }

  @Override
  public InputStream read(Digest digest, Encoding encoding, long offset) throws IOException {
    if (offset < 0 || offset > digest.size()) {
      throw new IllegalArgumentException("offset " + offset + " is not within blob " + digest);
    }
    if (digest.isEmpty()) {
      InputStream nothing = InputStream.nullInputStream();
      return encoding == Encoding.ZSTD ? new ZstdEncodingStream(nothing) : nothing;
    }
    if (encoding == Encoding.ZSTD) {
      return open(digest, encoding, offset);
    }
    InputStream identity =
        new ResumingStream(digest, offset, at -> open(digest, encoding, at), config.attempts() - 1);
    return offset == 0 ? new VerifiedStream(identity, digest) : identity;
  }

  private InputStream open(Digest digest, Encoding encoding, long offset) throws IOException {
    ResourceName.Read name = new ResourceName.Read(config.instance(), digest, encoding);
    return retry.run(() -> ReadCall.open(channel, name, offset, config.stallTimeout()));
  }

  @Override
  public BlobSink write(Digest digest, Encoding encoding) {
    if (digest.isEmpty()) {
      return new EmptySink(encoding);
    }
    // Never the name of another upload, so that a server keeps no state of one for the other.
    String uuid = UUID.randomUUID().toString();
    ResourceName.Upload name = new ResourceName.Upload(config.instance(), uuid, digest, encoding);
    return new UploadSink(channel, name, config.stallTimeout());
  }

  @Override
  public Map<Digest, ByteString> readAll(Collection<Digest> digests) throws IOException {
    Map<Digest, ByteString> found = new HashMap<>();
    Set<Digest> small = new LinkedHashSet<>();
    Set<Digest> large = new LinkedHashSet<>();
    for (Digest digest : digests) {
      if (digest.isEmpty()) {
        found.put(digest, ByteString.EMPTY);
      } else {
        (Slices.fits(digest, limit.bytes()) ? small : large).add(digest);
      }
    }
    for (List<Digest> slice : Slices.toMove(small, limit.bytes())) {
      found.putAll(retry.run(() -> batches.read(slice)));
    }
    found.putAll(BlobStore.super.readAll(large));
    return found;
  }

  @Override
  public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
    Set<Digest> small = new LinkedHashSet<>();
    Map<Digest, BlobSource> large = new LinkedHashMap<>();
    for (Map.Entry<Digest, ByteString> blob : blobs.entrySet()) {
      Digest digest = blob.getKey();
      if (!Slices.fits(digest, limit.bytes())) {
        large.put(digest, new BlobSource.Bytes(blob.getValue()));
      } else if (!digest.isEmpty()) {
        small.add(digest);
      } else if (!blob.getValue().isEmpty()) {
        throw new BlobRejectedException("the empty blob came with bytes");
      }
    }
    for (List<Digest> slice : Slices.toMove(small, limit.bytes())) {
      retry.run(() -> batches.write(slice, blobs));
    }
    for (Map.Entry<Digest, BlobSource> blob : large.entrySet()) {
      retry.run(() -> blob.getValue().sendTo(this, blob.getKey()));
    }
  }

  private static Set<Digest> distinct(Collection<Digest> digests) {
    Set<Digest> distinct = new LinkedHashSet<>(digests);
    distinct.removeIf(Digest::isEmpty);
    return distinct;
  }

  /** Shuts the channel down; calls under way have some seconds to end. */
  @Override
  public void close() throws IOException {
    channel.shutdown();
    try {
      if (!channel.awaitTermination(5, TimeUnit.SECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      channel.shutdownNow();
    }
  }
}
