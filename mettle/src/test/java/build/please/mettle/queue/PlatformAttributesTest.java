// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.proto.execution.Platform;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PlatformAttributesTest {
  private static Platform platform(String... namesAndValues) {
    Platform.Builder platform = Platform.newBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      platform.addPropertiesBuilder().setName(namesAndValues[i]).setValue(namesAndValues[i + 1]);
    }
    return platform.build();
  }

  @Test
  void properties_areOneAttributeEach() {
    assertEquals(
        Map.of("os", "linux", "cpu", ""),
        PlatformAttributes.of(platform("os", "linux", "cpu", "")));
  }

  @Test
  void property_givenOften_hasItsValuesOnceInTheOrderOfTheirBytes() {
    Map<String, String> attributes =
        PlatformAttributes.of(platform("t", "b", "t", "a", "t", "b", "t", "B", "t", "\ue000"));
    assertEquals(Map.of("t", "B,a,b,\ue000"), attributes);
    assertEquals("\uffee,\ud83d\ude00", PlatformAttributes.join(List.of("\ud83d\ude00", "\uffee")));
  }
}
