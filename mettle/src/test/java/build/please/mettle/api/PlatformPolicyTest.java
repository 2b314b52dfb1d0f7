// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.MalformedException;
import build.please.mettle.pool.Pools;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import build.please.proto.execution.Platform;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PlatformPolicyTest {
  private static final PlatformPolicy POLICY =
      new PlatformPolicy(
          Map.of("OSFamily", Set.of("linux"), "ISA", Set.of("x86-64", "x86-64-v3")), 4);

  private static Platform platform(String name, String value) {
    return Platform.newBuilder()
        .addProperties(Platform.Property.newBuilder().setName(name).setValue(value))
        .build();
  }

  @Test
  void nothingConfigured_anythingGoes() throws MalformedException {
    PlatformPolicy open = new PlatformPolicy(Map.of(), 2);
    open.check(platform("container-image", "docker://x"));
    open.check(platform("min-cores", "100"));
    assertEquals(1, open.slots(platform("min-cores", "2")));
  }

  @Test
  void whatThereIs_isMet() throws MalformedException {
    POLICY.check(Platform.getDefaultInstance());
    POLICY.check(platform("OSFamily", "linux"));
    POLICY.check(
        platform("ISA", "x86-64").toBuilder()
            .mergeFrom(platform("ISA", "x86-64-v3"))
            .mergeFrom(platform("min-cores", "4"))
            .build());
  }

  @ParameterizedTest
  @CsvSource({
    "osfamily, linux, 'osfamily', 'ISA, OSFamily, min-cores'",
    "container-image, x, container-image, 'ISA, OSFamily, min-cores'",
    "min-cores, 0, min-cores=0, positive",
    "min-cores, -1, min-cores=-1, positive",
    "min-cores, many, min-cores=many, positive",
    "min-cores, 99999999999, min-cores=99999999999, positive"
  })
  void unknownName_isInvalid_andTheKnownAreListed(
      String name, String value, String says, String lists) {
    MalformedException e =
        assertThrows(MalformedException.class, () -> POLICY.check(platform(name, value)));
    assertTrue(e.toString().contains(says), e::toString);
    assertTrue(e.toString().contains(lists), e::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "OSFamily, windows, OSFamily=windows, there is OSFamily=linux",
    "OSFamily, Linux, OSFamily=Linux, there is OSFamily=linux",
    "ISA, arm-a64, ISA=arm-a64, 'there is ISA=x86-64, ISA=x86-64-v3'",
    "min-cores, 5, min-cores=5, there are 4 slots"
  })
  void valueThatNobodyHas_isAFailedPrecondition_andWhatThereIsIsListed(
      String name, String value, String says, String lists) {
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> POLICY.check(platform(name, value)));
    assertEquals(Status.Code.FAILED_PRECONDITION, e.getStatus().getCode());
    assertTrue(e.toString().contains(says), e::toString);
    assertTrue(e.toString().contains(lists), e::toString);
  }

  @Test
  void pools_sayWhatThereIsOfTheirProperties_andTheListOfTheOthers() throws MalformedException {
    PlatformPolicy policy =
        new PlatformPolicy(
            Map.of("ISA", Set.of("x86-64"), "os", Set.of("any")),
            Pools.parse(List.of("linux:os=linux", "rest:!os")),
            1);
    policy.check(Platform.getDefaultInstance());
    Platform linux = platform("os", "linux");
    policy.check(linux.toBuilder().mergeFrom(platform("ISA", "x86-64")).build());
    assertEquals("linux", policy.pool(linux));
    assertEquals("rest", policy.pool(platform("ISA", "x86-64")));
    assertEquals(Map.of("os", "linux"), policy.attributes(linux));
    for (Platform unmet : List.of(platform("os", "mac"), platform("ISA", "arm-a64"))) {
      assertEquals(
          Status.Code.FAILED_PRECONDITION,
          assertThrows(StatusRuntimeException.class, () -> policy.check(unmet))
              .getStatus()
              .getCode());
    }
    MalformedException e =
        assertThrows(MalformedException.class, () -> policy.check(platform("gpu", "1")));
    assertTrue(e.toString().contains("known are ISA, min-cores, os"), e::toString);
  }

  @Test
  void actionThatNoPoolTakes_isToldWhatItAskedFor() {
    PlatformPolicy policy = new PlatformPolicy(Map.of(), Pools.parse(List.of("l:os=linux")), 1);
    StatusRuntimeException e =
        assertThrows(
            StatusRuntimeException.class, () -> policy.check(Platform.getDefaultInstance()));
    assertEquals(
        "no pool takes an action with no platform properties; there are l:os=linux",
        e.getStatus().getDescription());
  }

  @Test
  void slots_areAskedFor_orOne() {
    assertEquals(1, POLICY.slots(platform("OSFamily", "linux")));
    assertEquals(3, POLICY.slots(platform("min-cores", "3")));
  }

  @Test
  @SuppressWarnings("deprecation")
  void platform_isTheActions_elseTheCommands() {
    Platform a = platform("OSFamily", "linux");
    Platform c = platform("ISA", "x86-64");
    Command command = Command.newBuilder().setPlatform(c).build();
    assertEquals(a, PlatformPolicy.platform(Action.newBuilder().setPlatform(a).build(), command));
    assertEquals(c, PlatformPolicy.platform(Action.getDefaultInstance(), command));
  }
}
