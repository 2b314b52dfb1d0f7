// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What stands in requests: parsed, printed and parsed again it is the same. */
final class WireTargets {
  private static final int LONGEST_COMPLAINT = 1000;

  private WireTargets() {}

  static void resourceName(byte[] input) throws MalformedException {
    String name = new String(input, StandardCharsets.UTF_8);
    // What is refused after a name was taken is a fault.
    ResourceName.Read read = orNull(name, ResourceName::parseRead);
    if (read != null) {
      assertEquals(read, ResourceName.parseRead(read.toString()));
      assertPartsAreSound(read);
    }
    ResourceName.Upload upload = orNull(name, ResourceName::parseUpload);
    if (upload != null) {
      assertEquals(upload, ResourceName.parseUpload(upload.toString()));
      assertPartsAreSound(upload);
      assertTrue(!upload.uuid().isEmpty() && upload.uuid().indexOf('/') < 0);
    }
    orNull(
        name,
        instance -> {
          ResourceName.checkInstance(instance);
          return instance;
        });
  }

  private interface Parser<T> {
    T parse(String name) throws MalformedException;
  }

  private static <T> @Nullable T orNull(String name, Parser<T> parser) {
    try {
      return parser.parse(name);
    } catch (MalformedException refused) {
      assertIsBrief(refused);
      return null;
    }
  }

  private static void assertPartsAreSound(ResourceName name) throws MalformedException {
    ResourceName.checkInstance(name.instance());
    assertEquals(name.digest(), Digest.parse(name.digest().function(), name.digest().toProto()));
  }

  private static void assertIsBrief(MalformedException refused) {
    String why = String.valueOf(refused.getMessage());
    assertTrue(!why.isEmpty() && why.length() < LONGEST_COMPLAINT, why);
  }

  static void digest(byte[] input) throws MalformedException {
    for (HashFunction function : HashFunction.ALL) {
      digest(function, input);
    }
  }

  private static void digest(HashFunction function, byte[] input) throws MalformedException {
    Digest digest;
    try {
      digest = Digest.parse(function, build.please.proto.execution.Digest.parseFrom(input));
    } catch (MalformedException refused) {
      assertIsBrief(refused);
      return;
    } catch (InvalidProtocolBufferException refused) {
      return;
    }
    assertTrue(digest.size() >= 0);
    assertEquals(digest, Digest.parse(function, digest.toProto()));
    ResourceName.Read name = new ResourceName.Read("", digest, Encoding.IDENTITY);
    assertEquals(name, ResourceName.parseRead(name.toString()));
  }
}
