// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.remote.RemoteCas;
import build.please.common.cas.remote.RemoteConfig;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Writes blobs to a server and later looks whether they are there: {@code store ADDRESS FILE COUNT
 * LARGEST THREADS SEED} adds to FILE each digest that was acknowledged and prints how it ended, OK
 * or the first failure; {@code check ADDRESS FILE} prints how many of those are intact, missing,
 * wrong or could not be had.
 */
final class StoreClient {
  private StoreClient() {}

  public static void main(String[] arguments) throws Exception {
    ManagedChannel channel =
        Grpc.newChannelBuilder(arguments[1], InsecureChannelCredentials.create()).build();
    try {
      Path file = Path.of(arguments[2]);
      if (arguments[0].equals("store")) {
        System.out.println(
            store(
                channel,
                file,
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]),
                Integer.parseInt(arguments[5]),
                Long.parseLong(arguments[6])));
      } else {
        System.out.println(check(RemoteCas.open(channel, RemoteConfig.of("")).blobs(), read(file)));
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private static String store(
      ManagedChannel channel, Path file, int count, int largest, int threads, long seed)
      throws Exception {
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    try (BufferedWriter acknowledged =
        Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      List<Thread> writers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Random random = new Random(seed * threads + i);
        BlobStore blobs = RemoteCas.open(channel, RemoteConfig.of("")).blobs();
        Thread writer =
            new Thread(
                () -> {
                  try {
                    for (int n = 0; n < count / threads && failures.isEmpty(); n++) {
                      Digest digest = storeOne(blobs, random, largest);
                      note(acknowledged, digest);
                    }
                  } catch (IOException | RuntimeException e) {
                    failures.add(e.toString());
                  }
                });
        writers.add(writer);
        writer.start();
      }
      for (Thread writer : writers) {
        writer.join();
      }
    }
    return failures.isEmpty() ? "OK" : failures.remove();
  }

  private static void note(BufferedWriter acknowledged, Digest digest) throws IOException {
    synchronized (acknowledged) {
      acknowledged.write(digest.hash() + " " + digest.size() + "\n");
      acknowledged.flush();
    }
  }

  private static Digest storeOne(BlobStore blobs, Random random, int largest) throws IOException {
    byte[] bytes = new byte[1 + random.nextInt(largest)];
    random.nextBytes(bytes);
    Digest digest = Digest.of(bytes);
    try (BlobSink sink = blobs.write(digest, Encoding.IDENTITY)) {
      sink.write(bytes);
      sink.commit();
    }
    return digest;
  }

  static List<Digest> read(Path file) throws IOException {
    try (var lines = Files.lines(file)) {
      return lines
          .map(line -> line.split(" "))
          .map(words -> new Digest(words[0], Long.parseLong(words[1])))
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Which of the blobs are there, and are what they should be. */
  static String check(BlobStore blobs, List<Digest> digests) {
    int intact = 0;
    int missing = 0;
    int wrong = 0;
    int failed = 0;
    for (Digest digest : digests) {
      try {
        if (!blobs.findMissing(Set.of(digest)).isEmpty()) {
          missing++;
        } else if (hash(blobs, digest).equals(digest)) {
          intact++;
        } else {
          wrong++;
        }
      } catch (IOException | RuntimeException e) {
        if (e instanceof BlobNotFoundException) {
          missing++;
        } else {
          failed++;
        }
      }
    }
    return "intact=%d missing=%d wrong=%d failed=%d".formatted(intact, missing, wrong, failed);
  }

  private static Digest hash(BlobStore blobs, Digest digest) throws IOException {
    try (InputStream in = blobs.read(digest, Encoding.IDENTITY, 0)) {
      return Digest.of(in.readAllBytes());
    }
  }
}
