// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.server.Session;
import build.please.bench.wire.Messages;
import build.please.common.cas.Digest;
import build.please.proto.execution.FindMissingBlobsResponse;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Asks for blobs, of which all, some or none are stored. */
public final class FindMissing extends FixedRequests {
  private static final int DIGESTS = 40_000;
  private static final int VARIANTS = 64;

  private final Library library;
  private final int count;
  private final int absent;
  private final List<List<Digest>> asked = new ArrayList<>();

  /**
   * @param count digests of each request
   * @param absent how many of them are not stored
   */
  public FindMissing(Library library, int count, int absent) {
    super(outline(count, absent));
    this.library = library;
    this.count = count;
    this.absent = absent;
  }

  private static Outline outline(int count, int absent) {
    String kind = absent == 0 ? "hits" : absent == count ? "misses" : "half";
    return Outline.reading(
        "find-missing/" + kind + "/" + count,
        absent == 0 ? "B1a" : "B1b",
        "FindMissing, " + count + (absent == 0 ? " stored" : ", " + absent + " absent"),
        4,
        Math.max(8, Math.min(50_000, 4_000_000 / count)),
        0);
  }

  private List<List<Digest>> asked() {
    if (asked.isEmpty()) {
      Random random = new Random(count);
      for (int i = 0; i < Math.max(2, Math.min(VARIANTS, DIGESTS / count)); i++) {
        List<Digest> digests = new ArrayList<>(library.digests(random, count - absent));
        for (int j = 0; j < absent; j++) {
          byte[] never = new byte[24];
          random.nextBytes(never);
          digests.add(new Digest(Digest.of(ByteString.copyFrom(never)).hash(), Library.SIZE));
        }
        Collections.shuffle(digests, random);
        asked.add(digests);
      }
    }
    return asked;
  }

  @Override
  List<Operation> requests(Session session) throws IOException {
    library.store(session);
    List<Operation> operations = new ArrayList<>();
    for (List<Digest> digests : asked()) {
      FindMissingBlobsResponse response = Store.missing(session, digests);
      check(digests, response);
      operations.add(
          Operation.exactly(
              Store.findMissing(session, digests), Messages.PREFIX + response.getSerializedSize()));
    }
    return operations;
  }

  private void check(List<Digest> digests, FindMissingBlobsResponse response) throws IOException {
    Set<String> missing = new HashSet<>();
    response.getMissingBlobDigestsList().forEach(digest -> missing.add(digest.getHash()));
    long right = digests.stream().filter(digest -> missing.contains(digest.hash())).count();
    if (missing.size() != absent || right != absent) {
      throw new IOException(
          missing.size()
              + " of "
              + count
              + " digests are said to be missing, which should be "
              + absent);
    }
  }

  @Override
  public List<Floor> floors() {
    return List.of(Floors.unary(72 * count, 72 * absent));
  }
}
