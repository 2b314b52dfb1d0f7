// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.cas.TreeReader;
import build.please.common.rpc.RpcErrors;
import build.please.proto.execution.Directory;
import build.please.proto.execution.GetTreeRequest;
import build.please.proto.execution.GetTreeResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.util.Iterator;

/**
 * Streams a tree to a client, each directory once, in messages well below every limit and only as
 * fast as the client takes them (GTR-08, GTR-09). Each message but the last carries the token of
 * the next (Appendix C 2).
 */
final class TreePump {
  private final ServerCallStreamObserver<GetTreeResponse> client;
  private final Digest root;
  private final Iterator<Directory> directories;
  private final int mostInPage;
  private int sent;
  private boolean done;

  private TreePump(
      ServerCallStreamObserver<GetTreeResponse> client,
      Digest root,
      Iterator<Directory> directories,
      int mostInPage,
      int sent) {
    this.client = client;
    this.root = root;
    this.directories = directories;
    this.mostInPage = mostInPage;
    this.sent = sent;
  }

  /** Begins; to be called from the call's handler. */
  static void start(
      BlobStore blobs, GetTreeRequest request, ServerCallStreamObserver<GetTreeResponse> client) {
    client.setOnCancelHandler(() -> {});
    TreePump pump;
    try {
      pump = open(blobs, request, client);
    } catch (IOException | RuntimeException e) {
      client.onError(RpcErrors.toException(e));
      return;
    }
    client.setOnReadyHandler(pump::run);
  }

  private static TreePump open(
      BlobStore blobs, GetTreeRequest request, ServerCallStreamObserver<GetTreeResponse> client)
      throws IOException {
    Digest root = Digest.parse(request.getRootDigest());
    if (request.getPageSize() < 0) {
      throw new MalformedException("page_size " + request.getPageSize() + " is negative");
    }
    int first = PageToken.parse(request.getPageToken(), root);
    TreeReader.Closure tree = new TreeReader(blobs).read(root);
    if (tree.missing().contains(root)) {
      throw Status.NOT_FOUND
          .withDescription("root directory " + root + " not found")
          .asRuntimeException();
    }
    if (first > 0 && first >= tree.directories().size()) {
      throw new MalformedException("page_token is not of this tree");
    }
    Iterator<Directory> directories = tree.directories().values().stream().skip(first).iterator();
    int most = request.getPageSize() == 0 ? Integer.MAX_VALUE : request.getPageSize();
    return new TreePump(client, root, directories, most, first);
  }

  private void run() {
    while (!done && client.isReady()) {
      GetTreeResponse.Builder page = GetTreeResponse.newBuilder();
      int bytes = 0;
      while (directories.hasNext()
          && bytes < Limits.TREE_MESSAGE_BYTES
          && page.getDirectoriesCount() < mostInPage) {
        Directory directory = directories.next();
        page.addDirectories(directory);
        bytes += directory.getSerializedSize();
      }
      sent += page.getDirectoriesCount();
      done = !directories.hasNext();
      if (!done) {
        page.setNextPageToken(PageToken.of(sent, root));
      }
      client.onNext(page.build());
      if (done) {
        client.onCompleted();
      }
    }
  }
}
