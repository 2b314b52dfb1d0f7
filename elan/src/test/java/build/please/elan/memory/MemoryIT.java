// SPDX-License-Identifier: Apache-2.0
package build.please.elan.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.ZstdDecodedStream;
import build.please.elan.ScrapedPage;
import build.please.elan.ServerProcess;
import build.please.elan.memory.StuckCalls.Side;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.ReadResponse;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.GetTreeRequest;
import build.please.proto.execution.SymlinkNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real server with 256 MiB of heap and 128 MiB of direct memory among clients that take or send
 * nothing, which must cost the others nothing but time (fault J7, fault 133).
 */
@Timeout(240)
final class MemoryIT {
  private static final Path JAR = Path.of(System.getProperty("elan.jar", "target/elan.jar"));
  private static final int STUCK = 1000;
  private static final int CONNECTIONS = 5;
  private static final int UPLOADS = 64;
  private static final int UPLOAD_BYTES = 32 << 20;
  private static final int MESSAGE = 4 << 20;
  private static final int[] PIECES = {MESSAGE - 100, 1 << 20, 256 << 10, 2_500_000, 16 << 10};
  private static final long PATIENCE_SECONDS = 60;

  @TempDir Path directory;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Random random = new Random(7);
  private final List<ManagedChannel> channels = new ArrayList<>();
  private ServerProcess server;
  private int adminPort;
  private OtherCalls others;

  @BeforeEach
  void start() throws Exception {
    Path store = Files.createDirectory(directory.resolve("store"));
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      adminPort = free.getLocalPort();
    }
    server =
        ServerProcess.start(
            JAR,
            directory.resolve("log"),
            List.of("-Xmx256m", "-XX:MaxDirectMemorySize=128m"),
            "--storage=file://" + store,
            "--host=127.0.0.1",
            "--port=0",
            "--admin_host=127.0.0.1",
            "--admin_port=" + adminPort);
    for (int i = 0; i < CONNECTIONS; i++) {
      channels.add(dial());
    }
    others = OtherCalls.start(dial());
  }

  /** A client that buffers little, for the test has to live as well. */
  private ManagedChannel dial() {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(server.address())
            .usePlaintext()
            .flowControlWindow(65_535)
            .build();
    channels.add(channel);
    return channel;
  }

  @AfterEach
  void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    if (server != null) {
      server.close();
    }
  }

  @Test
  void readersThatStop_besideManyUploads() throws Exception {
    Digest large = upload(bytes(UPLOAD_BYTES));
    ReadRequest read = ReadRequest.newBuilder().setResourceName("blobs/" + large).build();
    try (StuckCalls readers = new StuckCalls()) {
      readers.beginAndTakeOne(channels, ByteStreamGrpc.getReadMethod(), read, STUCK);
      uploadAtOnce(UPLOADS, UPLOAD_BYTES);
      report("readers that stopped, " + UPLOADS + " uploads");
      assertEquals(List.of(), readers.ends());
    }
    assertUnharmed();
  }

  /** Those that stood still longest end, so that others are encoded for (fault 71). */
  @Test
  void readersOfZstdThatStop() throws Exception {
    Digest large = upload(bytes(UPLOAD_BYTES));
    ReadRequest read =
        ReadRequest.newBuilder().setResourceName("compressed-blobs/zstd/" + large).build();
    try (StuckCalls readers = new StuckCalls()) {
      readers.beginAndTakeOne(channels, ByteStreamGrpc.getReadMethod(), read, STUCK / 10);
      for (int i = 0; i < STUCK * 9 / 10; i++) {
        readers.begin(
            channels.get(i % CONNECTIONS), ByteStreamGrpc.getReadMethod(), read, Side.CLOSED);
      }
      assertEquals(UPLOAD_BYTES, decoded(read));
      while (readers.ends().size() < STUCK / 2) {
        others.rounds();
        Thread.onSpinWait();
      }
      report("readers of zstd that stopped");
      readers.ends().forEach(end -> assertEquals(Status.Code.RESOURCE_EXHAUSTED, end.getCode()));
    }
    assertUnharmed();
  }

  /** How long a blob is that is read as zstd; tried until there is a place for it. */
  private long decoded(ReadRequest read) throws IOException {
    while (true) {
      ByteString.Output zstd = ByteString.newOutput();
      try {
        Iterator<ReadResponse> pieces =
            ByteStreamGrpc.newBlockingStub(channels.get(0))
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .read(read);
        while (pieces.hasNext()) {
          pieces.next().getData().writeTo(zstd);
        }
        try (InputStream plain = new ZstdDecodedStream(zstd.toByteString().newInput())) {
          return plain.transferTo(OutputStream.nullOutputStream());
        }
      } catch (StatusRuntimeException e) {
        assertEquals(Status.Code.RESOURCE_EXHAUSTED, e.getStatus().getCode());
      }
    }
  }

  /** A quarter each between two messages, at the begin of one, within and far beyond the window. */
  @Test
  void writersThatStall() throws Exception {
    try (StuckCalls between = new StuckCalls();
        HalfSent begun = HalfSent.open(server.address(), STUCK / 4, MESSAGE, 10_000);
        HalfSent part = HalfSent.open(server.address(), STUCK / 4, MESSAGE, 300_000);
        HalfSent most = HalfSent.open(server.address(), STUCK / 4, MESSAGE, 3_000_000)) {
      for (int i = 0; i < STUCK / 4; i++) {
        WriteRequest first =
            WriteRequest.newBuilder()
                .setResourceName(
                    UploadCall.name(new Digest(Digest.of(bytes(8)).hash(), UPLOAD_BYTES)))
                .setData(bytes(100_000))
                .build();
        between.begin(
            channels.get(i % CONNECTIONS), ByteStreamGrpc.getWriteMethod(), first, Side.OPEN);
      }
      uploadAtOnce(UPLOADS / 4, UPLOAD_BYTES / 4);
      report("writers that stalled (" + begun + "; " + part + "; " + most + ")");
      assertEquals(List.of(), between.ends());
      assertEquals(0, begun.ended());
    }
    assertUnharmed();
  }

  /** Some hold what there is for answers, and the others are told so. */
  @Test
  void readersOfBatchesAndTreesThatStop() throws Exception {
    BatchReadBlobsRequest batch = OtherCalls.read(upload(bytes(4_000_000)));
    GetTreeRequest tree = GetTreeRequest.newBuilder().setRootDigest(tree().toProto()).build();
    try (StuckCalls readers = new StuckCalls();
        StuckCalls climbers = new StuckCalls()) {
      for (int i = 0; i < STUCK / 5; i++) {
        climbers.begin(
            channels.get(i % CONNECTIONS),
            ContentAddressableStorageGrpc.getGetTreeMethod(),
            tree,
            Side.CLOSED);
        readers.begin(
            channels.get(i % CONNECTIONS),
            ContentAddressableStorageGrpc.getBatchReadBlobsMethod(),
            batch,
            Side.CLOSED);
      }
      while (readers.ends().size() < STUCK / 10 || climbers.ends().size() < STUCK / 10) {
        others.rounds();
        Thread.onSpinWait();
      }
      report("batches and trees that nobody takes");
      for (StuckCalls calls : List.of(readers, climbers)) {
        calls.ends().forEach(end -> assertEquals(Status.Code.RESOURCE_EXHAUSTED, end.getCode()));
      }
    }
    assertUnharmed();
  }

  /** Each to its end. */
  private void uploadAtOnce(int count, int size) throws Exception {
    byte[] blob = new byte[size];
    random.nextBytes(blob);
    List<UploadCall> uploads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      // Alike but for their last bytes, so that the test does not hold them all.
      byte[] last = new byte[8];
      random.nextBytes(last);
      ByteString bytes =
          UnsafeByteOperations.unsafeWrap(blob)
              .substring(0, size - 8)
              .concat(ByteString.copyFrom(last));
      uploads.add(
          UploadCall.start(
              channels.get(i % CONNECTIONS), bytes, Digest.of(bytes), PIECES[i % PIECES.length]));
    }
    for (UploadCall upload : uploads) {
      assertEquals(size, upload.committedSize(PATIENCE_SECONDS));
    }
  }

  private Digest upload(ByteString bytes) throws Exception {
    Digest digest = Digest.of(bytes);
    UploadCall upload = UploadCall.start(channels.get(0), bytes, digest, 1 << 20);
    assertEquals(bytes.size(), upload.committedSize(PATIENCE_SECONDS));
    return digest;
  }

  /** Three megabytes of directories. */
  private Digest tree() {
    Directory.Builder root = Directory.newBuilder();
    for (int i = 0; i < 30; i++) {
      SymlinkNode link =
          SymlinkNode.newBuilder().setName("link").setTarget("x".repeat(100_000) + i).build();
      Digest child = store(Directory.newBuilder().addSymlinks(link).build().toByteString());
      root.addDirectories(
          DirectoryNode.newBuilder().setName(String.format("d%02d", i)).setDigest(child.toProto()));
    }
    return store(root.build().toByteString());
  }

  private Digest store(ByteString bytes) {
    ContentAddressableStorageGrpc.newBlockingStub(channels.get(0))
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .batchUpdateBlobs(OtherCalls.update(bytes));
    return Digest.of(bytes);
  }

  private ByteString bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return ByteString.copyFrom(ByteBuffer.wrap(bytes));
  }

  private void assertUnharmed() throws Exception {
    int before = others.rounds();
    while (others.rounds() == before) {
      Thread.onSpinWait();
    }
    others.stop();
    assertTrue(others.rounds() > 1);
    while (page().value("grpc_server_unhandled_bytes") != 0) {
      // The calls that were cancelled end one after the other.
      Thread.onSpinWait();
    }
    String log = Files.readString(directory.resolve("log"));
    assertFalse(log.contains("OutOfMemory"), log);
    assertFalse(log.contains("OutOfDirectMemory"), log);
    assertFalse(log.contains("LEAK"), log);
    assertEquals(0, server.terminate());
  }

  private ScrapedPage page() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/metrics")).build();
    ScrapedPage page = new ScrapedPage(http.send(request, BodyHandlers.ofString()).body());
    assertTrue(page.has("grpc_server_unhandled_bytes"));
    return page;
  }

  /** For whoever reads the log of a build. */
  private void report(String beside) {
    System.out.println(
        "beside "
            + beside
            + ": "
            + others.rounds()
            + " rounds of other calls, of which the slowest call took "
            + others.slowestMillis()
            + " ms");
  }
}
