// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.server.Session;
import build.please.common.cas.Digest;
import build.please.proto.execution.Command;
import build.please.proto.execution.Directory;
import build.please.proto.execution.ExecuteResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Executes actions whose results are in the action cache. */
public final class CachedExecute extends FixedRequests {
  private static final int ACTIONS = 20;

  public CachedExecute() {
    super(
        Outline.reading(
            "execute/cached", "B11", "Execute, answered from the action cache", 8, 5000, 0));
  }

  @Override
  List<Operation> requests(Session session) throws IOException {
    Blob root = Blob.of(Directory.getDefaultInstance());
    List<Operation> operations = new ArrayList<>();
    for (long i = 0; i < ACTIONS; i++) {
      Command.Builder command = Command.newBuilder().addArguments("/bin/true");
      Task task = Task.of(command, Digest.EMPTY, i, List.of(root));
      Store.fill(session.store(), task.blobs());
      Task.response(session.caller().all(task.request(session)));
      ExecuteResponse again = Task.response(session.caller().all(task.request(session)));
      if (!again.getCachedResult()) {
        throw new IOException("the second time was not answered from the cache");
      }
      operations.add(task.operation(session));
    }
    return operations;
  }

  @Override
  public List<Floor> floors() {
    return List.of(Floors.unary(75, 300));
  }
}
