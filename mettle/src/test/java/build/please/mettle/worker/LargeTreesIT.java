// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cas.Digest;
import build.please.proto.execution.Directory;
import build.please.proto.execution.ExecuteResponse;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More inputs than any sane action has. */
@Timeout(300)
final class LargeTreesIT {
  @TempDir Path directory;

  /**
   * One Directory of a thousand files, two hundred times; one blob in it, beyond any link limit.
   */
  @Test
  void twoHundredThousandFiles_areStagedAndRemoved() throws IOException {
    try (Rig rig = new Rig(directory)) {
      Directory.Builder thousand = Directory.newBuilder();
      Digest same = rig.blobs.put("the same everywhere");
      for (int i = 0; i < 1000; i++) {
        thousand
            .addFilesBuilder()
            .setName("f" + i)
            .setDigest((i < 500 ? same : rig.blobs.put("content " + i)).toProto());
      }
      Digest child = rig.blobs.put(thousand.build());
      Directory.Builder root = Directory.newBuilder();
      for (int i = 0; i < 200; i++) {
        root.addDirectoriesBuilder().setName("d" + i).setDigest(child.toProto());
      }
      rig.action.setInputRootDigest(rig.blobs.put(root.build()).toProto());

      ExecuteResponse response = rig.shell("find . -type f | wc -l; cat d199/f0 d0/f999").run();

      assertEquals(Code.OK, Rig.code(response), response::toString);
      assertEquals("200000\nthe same everywherecontent 999", rig.stdout(response));
      assertEquals(List.of(), rig.leftovers());
    }
  }
}
