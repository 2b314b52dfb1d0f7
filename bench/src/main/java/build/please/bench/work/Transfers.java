// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.load.Script;
import build.please.bench.server.Session;
import build.please.bench.wire.Connection;
import build.please.bench.wire.Messages;
import build.please.proto.bytestream.WriteResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Blobs of 1 KiB to 8 MiB over 256 connections, small ones far more often than large ones: of five
 * calls four read what is there and one writes something new.
 */
public final class Transfers implements Workload {
  /** Calls under way at most on each connection. */
  public static final int STREAMS = 4;

  private static final int CONNECTIONS = 256;
  private static final int KINDS = 64;
  private static final int LEAST = 1024;
  private static final int MOST = 8 << 20;
  private static final double MEDIAN = 12 << 10;
  private static final double SIGMA = 1.5;

  private final Outline outline;
  private final List<Template> sizes = new ArrayList<>();
  private final List<Template.Content> stored = new ArrayList<>();
  private final Map<Session, List<Operation>> reads = new HashMap<>();
  private final List<Template.Content> fresh = new ArrayList<>();
  private int made = Integer.MIN_VALUE;

  /**
   * @param share of what the slowest server does, in percent
   */
  public Transfers(int share) {
    this.outline =
        Outline.writing(
            "transfers/" + share,
            "B7",
            "reads and writes of 1 KiB to 8 MiB that arrive at "
                + share
                + " % of what the slowest can do, 256 connections",
            CONNECTIONS,
            2000,
            0);
    Random random = new Random(77);
    for (int i = 0; i < KINDS; i++) {
      double size = MEDIAN * Math.exp(SIGMA * random.nextGaussian());
      sizes.add(new Template(i, (int) Math.max(LEAST, Math.min(MOST, size))));
    }
  }

  @Override
  public Outline outline() {
    return outline;
  }

  @Override
  public List<Connection> connections(Session session) throws IOException {
    return session.many(CONNECTIONS);
  }

  @Override
  public void prepare(Session session) throws IOException {
    if (stored.isEmpty()) {
      sizes.forEach(size -> stored.add(size.content(-1)));
    }
    List<Operation> all = new ArrayList<>();
    for (Template.Content content : stored) {
      session.caller().one(ByteStreams.write(session, "blobs", content.digest(), content.pieces()));
      Contents.check(session, "blobs", content.digest());
      all.add(
          Operation.content(
              ByteStreams.read(session, "blobs", content.digest()), content.length()));
    }
    reads.put(session, all);
  }

  /** The same kinds and sizes in the same order for all, of which writes are new in each round. */
  @Override
  public Script script(Session session, int round) {
    Random random = new Random(outline.id().hashCode() + round);
    if (made != round) {
      made = round;
      fresh.clear();
      Random numbers = new Random(round * 31L + outline.id().hashCode());
      for (int i = 0; i < outline.operations() / 4; i++) {
        fresh.add(sizes.get(numbers.nextInt(KINDS)).content(numbers.nextLong()));
      }
    }
    List<Operation> known = reads.getOrDefault(session, List.of());
    int[] written = {0};
    return () -> {
      if (random.nextInt(5) > 0 || written[0] == fresh.size()) {
        return known.get(random.nextInt(KINDS));
      }
      return write(session, fresh.get(written[0]++));
    };
  }

  private static Operation write(Session session, Template.Content content) {
    WriteResponse response =
        WriteResponse.newBuilder().setCommittedSize(content.digest().size()).build();
    return Operation.exactly(
        ByteStreams.write(session, "blobs", content.digest(), content.pieces()),
        Messages.PREFIX + response.getSerializedSize());
  }
}
