// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import build.please.common.cas.BlobSink;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.rpc.QuickCalls;
import build.please.common.rpc.Threads;
import build.please.elan.bucket.Bounds;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.Buckets;
import build.please.elan.bucket.FileBucket;
import build.please.elan.bucket.MemoryBucket;
import build.please.elan.fakegcs.FakeGcs;
import build.please.elan.service.CapabilitiesService;
import build.please.elan.service.ElanServices;
import build.please.elan.service.QuickRequests;
import build.please.elan.service.ServiceConfig;
import build.please.elan.service.StorageCapabilities;
import build.please.elan.store.BucketCas;
import build.please.elan.store.StoreConfig;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.ByteStreamGrpc.ByteStreamBlockingStub;
import build.please.proto.bytestream.QueryWriteStatusRequest;
import build.please.proto.bytestream.QueryWriteStatusResponse;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.execution.ActionCacheGrpc;
import build.please.proto.execution.ActionCacheGrpc.ActionCacheBlockingStub;
import build.please.proto.execution.CapabilitiesGrpc;
import build.please.proto.execution.CapabilitiesGrpc.CapabilitiesBlockingStub;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.ContentAddressableStorageGrpc.ContentAddressableStorageBlockingStub;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ServerInterceptor;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;

/** A whole server, as its clients see it, with a hand on its store. */
final class TestedElan implements Closeable {
  /** As in production, but for streams that stand still, which other tests are about. */
  private static final ServiceConfig PATIENT =
      new ServiceConfig(
          Duration.ofMinutes(5), Duration.ofMinutes(5), 1 << 30, Duration.ofMillis(300));

  private final Deque<Closeable> opened = new ArrayDeque<>();
  private final Optional<Path> directory;
  private final WatchedBucket bucket;
  private final Cas cas;
  private final Connection connection;
  private final Channel channel;
  private final Random random = new Random(42);

  private TestedElan(
      Setting setting, ServiceConfig config, List<ServerInterceptor> guards, long maxBlobBytes)
      throws IOException {
    directory =
        setting.store() == Setting.Store.MEMORY
            ? Optional.empty()
            : Optional.of(Files.createTempDirectory("elan-conformance"));
    directory.ifPresent(path -> opened.push(() -> removeTree(path)));
    bucket =
        new WatchedBucket(
            switch (setting.store()) {
              case MEMORY -> new MemoryBucket(Clock.systemUTC());
              case FILES -> FileBucket.open(directory.orElseThrow());
              case DISK -> Buckets.open("disk://" + directory.orElseThrow(), Clock.systemUTC());
              case CLOUD -> openInTheCloud(directory.orElseThrow());
            });
    opened.push(bucket::close);
    cas = BucketCas.of(bucket, taking(maxBlobBytes));
    ScheduledExecutorService timer = Threads.timer("timer");
    opened.push(timer::shutdown);
    ExecutorService pieces = Threads.pool("bucket", 4);
    opened.push(pieces::shutdown);
    List<BindableService> services = services(pieces, timer, config, maxBlobBytes);
    QuickCalls quick = QuickRequests.of(bucket.pace());
    connection =
        guards.isEmpty()
            ? Connection.open(setting.transport(), services, quick)
            : Connection.onASocket(services, guards, quick);
    channel = connection.channel();
    opened.push(connection);
  }

  static TestedElan start(Setting setting) throws IOException {
    return start(setting, PATIENT);
  }

  static TestedElan start(Setting setting, ServiceConfig config) throws IOException {
    return new TestedElan(setting, config, List.of(), 0);
  }

  /** On a socket, in memory, behind what guards it. */
  static TestedElan guarded(ServerInterceptor guard) throws IOException {
    return new TestedElan(Setting.MEMORY_ON_A_SOCKET, PATIENT, List.of(guard), 0);
  }

  /** One that takes no larger blobs. */
  static TestedElan limited(long maxBlobBytes) throws IOException {
    return new TestedElan(Setting.MEMORY_IN_PROCESS, PATIENT, List.of(), maxBlobBytes);
  }

  private static StoreConfig taking(long maxBlobBytes) {
    StoreConfig standard = StoreConfig.DEFAULT;
    return new StoreConfig(
        standard.bounds(),
        standard.promise(),
        maxBlobBytes,
        standard.knownBlobs(),
        standard.memory(),
        standard.compressed(),
        standard.results());
  }

  private TestedElan(TestedElan same, Channel channel) {
    this.directory = same.directory;
    this.bucket = same.bucket;
    this.cas = same.cas;
    this.connection = same.connection;
    this.channel = channel;
  }

  /** The same server to a client that sends this with every call; closes nothing. */
  TestedElan as(ClientInterceptor client) {
    return new TestedElan(this, ClientInterceptors.intercept(channel, client));
  }

  private Bucket openInTheCloud(Path uploads) throws IOException {
    String emulator = System.getProperty("gcs.emulator", "");
    if (emulator.isEmpty()) {
      FakeGcs cloud = FakeGcs.start("builds", uploads, Clock.systemUTC());
      opened.push(cloud);
      emulator = cloud.address();
    }
    return Buckets.open(
        "gs://builds?prefix=" + UUID.randomUUID() + "/",
        Bounds.NONE,
        new Buckets.CloudSettings(Duration.ofHours(6), emulator),
        Clock.systemUTC());
  }

  private List<BindableService> services(
      ExecutorService pieces,
      ScheduledExecutorService timer,
      ServiceConfig config,
      long maxBlobBytes) {
    List<BindableService> services = new ArrayList<>(ElanServices.of(cas, pieces, timer, config));
    services.add(
        new CapabilitiesService(
            StorageCapabilities.versions()
                .setCacheCapabilities(StorageCapabilities.cache(maxBlobBytes))
                .build()));
    return services;
  }

  WatchedBucket bucket() {
    return bucket;
  }

  Cas store() {
    return cas;
  }

  Channel channel() {
    return channel;
  }

  ContentAddressableStorageBlockingStub cas() {
    return ContentAddressableStorageGrpc.newBlockingStub(channel())
        .withDeadlineAfter(Patience.LIMIT);
  }

  ActionCacheBlockingStub actions() {
    return ActionCacheGrpc.newBlockingStub(channel()).withDeadlineAfter(Patience.LIMIT);
  }

  ByteStreamBlockingStub bytes() {
    return ByteStreamGrpc.newBlockingStub(channel()).withDeadlineAfter(Patience.LIMIT);
  }

  CapabilitiesBlockingStub capabilities() {
    return CapabilitiesGrpc.newBlockingStub(channel()).withDeadlineAfter(Patience.LIMIT);
  }

  Upload upload() {
    return new Upload(channel());
  }

  Download download(String name) {
    return new Download(channel(), name);
  }

  ByteString read(String name) {
    return read(ReadRequest.newBuilder().setResourceName(name).build());
  }

  ByteString read(ReadRequest request) {
    List<ByteString> pieces = new ArrayList<>();
    bytes().read(request).forEachRemaining(response -> pieces.add(response.getData()));
    return ByteString.copyFrom(pieces);
  }

  QueryWriteStatusResponse status(String name) {
    return bytes()
        .queryWriteStatus(QueryWriteStatusRequest.newBuilder().setResourceName(name).build());
  }

  /** Bytes that do not compress, and that no other case has. */
  Blob blob(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return Blob.of(bytes);
  }

  /** Bytes that compress well, and that no other case has. */
  Blob text(int size) {
    StringBuilder text = new StringBuilder("text " + random.nextLong() + " ");
    while (text.length() < size) {
      text.append("again and again ");
    }
    return Blob.of(text.substring(0, size));
  }

  /** In the store, past the protocol. */
  Blob stored(Blob blob) throws IOException {
    return stored(blob, Encoding.IDENTITY);
  }

  Blob stored(MessageLite message) throws IOException {
    return stored(Blob.of(message));
  }

  Blob storedPacked(Blob blob) throws IOException {
    return stored(blob, Encoding.ZSTD);
  }

  private Blob stored(Blob blob, Encoding encoding) throws IOException {
    try (BlobSink sink = cas.blobs().write(blob.digest(), encoding)) {
      (encoding == Encoding.ZSTD ? blob.packed() : blob.bytes()).writeTo(sink);
      sink.commit();
    }
    return blob;
  }

  /** Takes a blob out of the store behind its back. */
  void lose(Blob blob) throws IOException {
    bucket.delete(blob.key());
    bucket.delete(blob.packedKey());
  }

  boolean isThere(Digest digest) throws IOException {
    return cas.blobs().findMissing(List.of(digest)).isEmpty();
  }

  /** That no object has this name, in any form; findMissing is not asked. */
  boolean hasNoObject(Digest digest) throws IOException {
    try (var all = bucket.list("")) {
      return all.noneMatch(object -> object.key().endsWith(digest.hash()));
    }
  }

  /** Waits until no stream, object or temporary file is open that a call could have left. */
  void assertNothingIsOpen() {
    Eventually.hold(
        "readers, writers and temporary files are closed",
        () -> bucket.readers() == 0 && bucket.writers() == 0 && temporaryFiles() == 0);
  }

  private long temporaryFiles() {
    if (directory.isEmpty()) {
      return 0;
    }
    Path staging = directory.get().resolve(".elan").resolve("tmp");
    if (!Files.exists(staging)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(staging, 2)) {
      return files.filter(file -> staging.relativize(file).getNameCount() == 2).count();
    } catch (IOException | UncheckedIOException changedMeanwhile) {
      return 1;
    }
  }

  @Override
  public void close() throws IOException {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  private static void removeTree(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
