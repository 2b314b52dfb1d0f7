// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Cas;
import build.please.common.rpc.Threads;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.FailingBucket;
import build.please.elan.bucket.MemoryBucket;
import build.please.elan.store.BucketCas;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.execution.ActionCacheGrpc;
import build.please.proto.execution.CapabilitiesGrpc;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The real services over a real store in memory, in this process. */
final class ElanInProcess implements AutoCloseable {
  final FailingBucket bucket;
  final Cas cas;
  final BlobStore blobs;
  final ManagedChannel channel;
  private final ExecutorService handlers = Executors.newFixedThreadPool(4);
  private final ExecutorService pieces = Executors.newFixedThreadPool(4);
  private final ScheduledExecutorService timer = Threads.timer("timer");
  private final Server server;

  ElanInProcess() {
    this(new MemoryBucket(Clock.systemUTC()));
  }

  /** With blobs in a bucket that is the caller's to close. */
  ElanInProcess(Bucket stored) {
    bucket = new FailingBucket(stored);
    cas = BucketCas.of(bucket);
    blobs = cas.blobs();
    String name = InProcessServerBuilder.generateName();
    List<BindableService> services = ElanServices.of(cas, pieces, timer);
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name).executor(handlers);
    services.forEach(builder::addService);
    builder.addService(
        new CapabilitiesService(
            StorageCapabilities.versions()
                .setCacheCapabilities(StorageCapabilities.cache())
                .build()));
    try {
      server = builder.build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    channel = InProcessChannelBuilder.forName(name).build();
  }

  ContentAddressableStorageGrpc.ContentAddressableStorageBlockingStub cas() {
    return ContentAddressableStorageGrpc.newBlockingStub(channel);
  }

  ActionCacheGrpc.ActionCacheBlockingStub actions() {
    return ActionCacheGrpc.newBlockingStub(channel);
  }

  ByteStreamGrpc.ByteStreamBlockingStub bytes() {
    return ByteStreamGrpc.newBlockingStub(channel);
  }

  CapabilitiesGrpc.CapabilitiesBlockingStub capabilities() {
    return CapabilitiesGrpc.newBlockingStub(channel);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    handlers.shutdown();
    pieces.shutdown();
    timer.shutdown();
  }
}
