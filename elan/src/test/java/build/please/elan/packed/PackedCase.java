// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * A test of the packed store.
 *
 * @param type the test class
 */
record PackedCase(Class<?> type, Method method) {
  private static final List<String> TYPES =
      List.of(
          "build.please.elan.packed.LogDurabilityTest",
          "build.please.elan.packed.LogEvictionTest",
          "build.please.elan.packed.LogRestartTest",
          "build.please.elan.packed.PackedIndexTest",
          "build.please.elan.bucket.PackedBlobsTest",
          "build.please.elan.bucket.PackedBoundsTest",
          "build.please.elan.bucket.PackedBucketTest");

  /** All there are, in the given form of their classes. */
  static List<PackedCase> all(ClassLoader loader) throws ClassNotFoundException {
    List<PackedCase> cases = new ArrayList<>();
    for (String name : TYPES) {
      Class<?> type = Class.forName(name, true, loader);
      for (Method method :
          ReflectionSupport.findMethods(
              type, PackedCase::isTest, HierarchyTraversalMode.TOP_DOWN)) {
        cases.add(new PackedCase(type, method));
      }
    }
    return cases;
  }

  private static boolean isTest(Method method) {
    return List.of(method.getAnnotations()).stream()
        .anyMatch(one -> one.annotationType().getSimpleName().endsWith("Test"));
  }

  String title() {
    return type.getSimpleName() + "." + method.getName();
  }
}
