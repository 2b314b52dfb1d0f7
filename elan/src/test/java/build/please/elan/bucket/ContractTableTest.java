// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Prints which store runs which case of the contract, and sees that none leaves one out. */
final class ContractTableTest {
  private static final String SUFFIX = "BucketTest.class";

  @Test
  void everyStore_runsEveryCase() throws Exception {
    List<String> cases = cases();
    List<Class<?>> stores = stores();
    assertTrue(stores.size() > 5, stores::toString);
    System.out.println("cases of BucketContract, and the stores that run them:");
    for (String each : cases) {
      System.out.println(
          "  "
              + each
              + ": "
              + stores.stream().map(ContractTableTest::name).collect(Collectors.joining(", ")));
      for (Class<?> store : stores) {
        // One of its own in the place of the contract's would be another case.
        Method method = method(store, each);
        assertEquals(BucketContract.class, method.getDeclaringClass(), store + "." + each);
        assertTrue(!method.isAnnotationPresent(Disabled.class), store + "." + each);
      }
    }
  }

  private static String name(Class<?> store) {
    String name = store.getSimpleName().replace("BucketTest", "");
    EnabledIfSystemProperty only = store.getAnnotation(EnabledIfSystemProperty.class);
    return only == null ? name : name + " (" + only.disabledReason() + ")";
  }

  private static List<String> cases() {
    return Arrays.stream(BucketContract.class.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Test.class))
        .map(Method::getName)
        .sorted()
        .toList();
  }

  private static Method method(Class<?> store, String name) throws NoSuchMethodException {
    for (Class<?> type = store; type != Object.class; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.getName().equals(name)) {
          return method;
        }
      }
    }
    throw new NoSuchMethodException(store + "." + name);
  }

  /** All that lie beside this one. */
  private static List<Class<?>> stores() throws IOException, URISyntaxException {
    Path here =
        Path.of(
                Objects.requireNonNull(ContractTableTest.class.getResource("BucketContract.class"))
                    .toURI())
            .getParent();
    try (Stream<Path> files = Files.list(Objects.requireNonNull(here))) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(SUFFIX))
          .<Class<?>>map(ContractTableTest::load)
          .filter(BucketContract.class::isAssignableFrom)
          .sorted((a, b) -> a.getName().compareTo(b.getName()))
          .toList();
    }
  }

  private static Class<?> load(String file) {
    try {
      return Class.forName(
          ContractTableTest.class.getPackageName() + "." + file.replace(".class", ""));
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
