// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.elan.fakegcs.Call;
import build.please.elan.fakegcs.FakeGcs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An object that is absent, or a bucket? */
@Timeout(60)
final class GcsPresenceTest {
  @TempDir Path directory;
  private final FakeTime time = new FakeTime();
  private FakeGcs cloud;
  private GcsPresence presence;

  @BeforeEach
  void start() throws IOException {
    cloud = FakeGcs.start("builds", directory, time.clock());
    GcsConfig config = GcsBuckets.config(cloud, "builds", "", time.clock());
    GcsClient client =
        new GcsClient("builds", GcsServices.open(config), config.limits(), System::nanoTime);
    presence = new GcsPresence(client, config, time::nanoTime);
    presence.check();
  }

  @AfterEach
  void close() throws IOException {
    cloud.close();
  }

  @Test
  void absence_isBelieved_ofABucketThatWasSeenJustNow() throws IOException {
    long asked = cloud.calls(Call.LIST);
    time.pass(Duration.ofSeconds(1));

    presence.confirm(false);

    assertEquals(asked, cloud.calls(Call.LIST));
  }

  @Test
  void absence_inABucketThatIsGone_isAnOutage() throws IOException {
    cloud.setThere(false);
    time.pass(Duration.ofSeconds(3));

    assertThrows(IOException.class, () -> presence.confirm(false));
    assertThrows(IOException.class, () -> presence.confirm(false));

    cloud.setThere(true);
    presence.confirm(false);
  }

  @Test
  void objectThatIsFound_isASightOfTheBucket() throws IOException {
    time.pass(Duration.ofSeconds(3));
    presence.confirm(true);
    long asked = cloud.calls(Call.LIST);
    time.pass(Duration.ofSeconds(1));

    presence.confirm(false);

    assertEquals(asked, cloud.calls(Call.LIST));
  }
}
