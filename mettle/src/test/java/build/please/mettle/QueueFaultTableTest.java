// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Prints which test covers which fault of the queue, and sees that each is covered. */
final class QueueFaultTableTest {
  /** The catalogue's section about queue, scheduler and the life of workers, and storms. */
  private static final List<Integer> NUMBERS =
      IntStream.concat(IntStream.rangeClosed(107, 132), IntStream.of(162)).boxed().toList();

  private record Fault(int number, String name, List<String> tests, String reason) {
    static Fault parse(String line) {
      String[] fields = line.split("\t", -1);
      return new Fault(
          Integer.parseInt(fields[0]),
          fields[1],
          Arrays.stream(fields[2].split(" ")).filter(test -> !test.isEmpty()).toList(),
          fields[3]);
    }
  }

  @Test
  void everyFault_hasATestThatRuns_orAReason() throws Exception {
    List<Fault> faults = faults();
    assertEquals(NUMBERS, faults.stream().map(Fault::number).toList());
    System.out.println("faults of the queue, and the tests that cover them:");
    for (Fault fault : faults) {
      System.out.println("  " + fault.number() + " " + fault.name());
      for (String test : fault.tests()) {
        assertRuns(test);
        System.out.println("      " + test);
      }
      if (!fault.reason().isEmpty()) {
        System.out.println("      " + fault.reason());
      }
      assertFalse(fault.tests().isEmpty() && fault.reason().isEmpty(), fault::toString);
    }
  }

  private static List<Fault> faults() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(QueueFaultTableTest.class.getResourceAsStream("queue-faults.tsv"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(Fault::parse)
          .toList();
    }
  }

  /**
   * @param test package below ours, class and method
   */
  private static void assertRuns(String test) throws ClassNotFoundException {
    String[] parts = test.split("#", -1);
    Class<?> type =
        Class.forName(
            QueueFaultTableTest.class.getPackageName() + "." + parts[0],
            false,
            QueueFaultTableTest.class.getClassLoader());
    List<Method> methods =
        Arrays.stream(type.getDeclaredMethods())
            .filter(method -> method.getName().equals(parts[1]))
            .filter(
                method ->
                    method.isAnnotationPresent(Test.class)
                        || method.isAnnotationPresent(ParameterizedTest.class))
            .toList();
    assertEquals(1, methods.size(), test);
    assertTrue(
        !type.isAnnotationPresent(Disabled.class)
            && !methods.get(0).isAnnotationPresent(Disabled.class),
        test);
  }
}
