// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static build.please.elan.service.Requests.answer;

import build.please.common.cas.MalformedException;
import build.please.elan.store.Inventory;
import build.please.elan.store.Inventory.Kind;
import build.please.proto.purity.ActionResult;
import build.please.proto.purity.Blob;
import build.please.proto.purity.DeleteRequest;
import build.please.proto.purity.DeleteResponse;
import build.please.proto.purity.GCGrpc;
import build.please.proto.purity.ListRequest;
import build.please.proto.purity.ListResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Lists and deletes for please-servers' Purity, which decides what goes by what it was told. What
 * was used within the promise of the action cache stays all the same, so that nothing disappears
 * that was promised in between; a result goes at once if that is asked for by {@code hard}.
 */
final class GcService extends GCGrpc.GCImplBase {
  private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{2}");

  private final Inventory inventory;
  private final Duration promise;
  private final Clock clock;

  GcService(Inventory inventory, Duration promise, Clock clock) {
    this.inventory = inventory;
    this.promise = promise;
    this.clock = clock;
  }

  @Override
  public void list(ListRequest request, StreamObserver<ListResponse> client) {
    answer(client, () -> list(request));
  }

  private ListResponse list(ListRequest request) throws IOException {
    checkPrefix(request.getPrefix());
    ListResponse.Builder response = ListResponse.newBuilder();
    for (Inventory.Item item : inventory.list(request.getPrefix())) {
      if (item.kind() == Kind.RESULT) {
        response.addActionResults(
            ActionResult.newBuilder()
                .setHash(item.hash())
                .setSizeBytes(item.size())
                .setLastAccessed(item.lastUse().getEpochSecond())
                .setReplicas(1)
                .setCachePrefix(item.directory()));
      } else {
        response.addBlobs(
            Blob.newBuilder()
                .setHash(item.hash())
                .setSizeBytes(item.size())
                .setReplicas(1)
                .setCachePrefix(item.directory()));
      }
    }
    return response.build();
  }

  @Override
  public void delete(DeleteRequest request, StreamObserver<DeleteResponse> client) {
    answer(client, () -> delete(request));
  }

  private DeleteResponse delete(DeleteRequest request) throws IOException {
    checkPrefix(request.getPrefix());
    List<String> results = keys(request, request.getActionResultsList(), Kind.RESULT);
    List<String> unused = new ArrayList<>(keys(request, request.getBlobsList(), Kind.BLOB));
    if (request.getHard()) {
      for (String key : results) {
        inventory.delete(key);
      }
    } else {
      unused.addAll(0, results);
    }
    Instant since = clock.instant().minus(promise);
    inventory.deleteUnused(unused, since);
    return DeleteResponse.getDefaultInstance();
  }

  private static List<String> keys(DeleteRequest request, List<Blob> blobs, Kind kind)
      throws MalformedException {
    List<String> keys = new ArrayList<>();
    for (Blob blob : blobs) {
      String key = blob.getCachePrefix() + blob.getHash();
      if (!blob.getHash().startsWith(request.getPrefix()) || !Inventory.isKey(kind, key)) {
        throw new MalformedException("'" + key + "' is no object of that kind and prefix");
      }
      keys.add(key);
    }
    return keys;
  }

  private static void checkPrefix(String prefix) throws MalformedException {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new MalformedException("prefix '" + prefix + "' is not two hexadecimal digits");
    }
  }
}
