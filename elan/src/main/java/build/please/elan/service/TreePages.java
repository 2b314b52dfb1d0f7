// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.common.cas.TreeWalk;
import build.please.common.rpc.EncodedMessage;
import build.please.elan.meter.Batching;
import build.please.elan.meter.TrafficMeters;
import build.please.proto.execution.GetTreeRequest;
import build.please.proto.execution.GetTreeResponse;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A tree cut into pages, each well below every limit of a message (GTR-09). Each but the last
 * carries the token of the next (Appendix C 2). Not safe for concurrent use.
 */
final class TreePages {
  private final Digest root;
  private final List<Map.Entry<Digest, ServedDirectory>> tree;
  private final int mostInPage;
  private final TrafficMeters traffic;
  private int next;
  private boolean done;

  private TreePages(
      Digest root, Map<Digest, ServedDirectory> tree, int mostInPage, TrafficMeters traffic) {
    this.root = root;
    this.traffic = traffic;
    this.tree = List.copyOf(tree.entrySet());
    this.mostInPage = mostInPage;
  }

  /**
   * Reads the whole tree, which blocks for one round trip per level.
   *
   * @throws MalformedException if the request is, or a directory of the tree
   */
  static TreePages open(
      CachedDirectories directories,
      HashFunction function,
      GetTreeRequest request,
      TrafficMeters traffic)
      throws IOException {
    Digest root = Digest.parse(function, request.getRootDigest());
    if (request.getPageSize() < 0) {
      throw new MalformedException("page_size " + request.getPageSize() + " is negative");
    }
    String token = request.getPageToken();
    PageToken from = token.isEmpty() ? null : PageToken.parse(token, root);
    TreeWalk.Found<ServedDirectory> tree = TreeWalk.below(root, directories);
    if (tree.missing().contains(root)) {
      throw Status.NOT_FOUND
          .withDescription("root directory " + root + " not found")
          .asRuntimeException();
    }
    int most = request.getPageSize() == 0 ? Integer.MAX_VALUE : request.getPageSize();
    TreePages pages = new TreePages(root, tree.directories(), most, traffic);
    pages.next = from == null ? 0 : from.position(List.copyOf(tree.directories().keySet()));
    return pages;
  }

  /** Whether the last page was handed out. */
  boolean isDone() {
    return done;
  }

  /** Of all directories together. */
  long bytes() {
    return tree.stream().mapToLong(directory -> directory.getKey().size()).sum();
  }

  /** Directories that were handed out, and those before the first page. */
  int position() {
    return next;
  }

  EncodedMessage next() {
    List<ByteString> page = new ArrayList<>();
    int length = 0;
    long bytes = 0;
    while (next < tree.size() && page.size() < mostInPage) {
      ByteString directory = tree.get(next).getValue().field();
      // One that is too large by itself cannot be cut.
      if (length + directory.size() > Limits.TREE_MESSAGE_BYTES && !page.isEmpty()) {
        break;
      }
      page.add(directory);
      length += directory.size();
      bytes += tree.get(next).getKey().size();
      next++;
    }
    traffic.served(Batching.SINGLE, Encoding.IDENTITY, bytes);
    traffic.servedBlobs(Batching.SINGLE, Encoding.IDENTITY, Encoding.IDENTITY, page.size());
    done = next == tree.size();
    if (!done) {
      ByteString token = tokenOfNext();
      page.add(token);
      length += token.size();
    }
    return new EncodedMessage(page, length);
  }

  /** A message without directories, to be put behind them. */
  private ByteString tokenOfNext() {
    return GetTreeResponse.newBuilder()
        .setNextPageToken(PageToken.of(next, tree.get(next - 1).getKey(), root).toString())
        .build()
        .toByteString();
  }
}
