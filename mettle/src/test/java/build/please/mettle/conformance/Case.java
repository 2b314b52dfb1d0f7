// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.conformance;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * A test that shows rules.
 *
 * @param type the test class
 */
record Case(Class<?> type, Method method, List<String> rules) {
  Case {
    rules = List.copyOf(rules);
  }

  /** Of all tests of this module, in the given form of their classes. */
  static List<Case> all(ClassLoader loader) throws ClassNotFoundException {
    List<Case> cases = new ArrayList<>();
    List<Class<?>> types =
        ReflectionSupport.findAllClassesInPackage(
            "build.please.mettle", type -> true, name -> name.endsWith("Test"));
    for (Class<?> known : types) {
      Class<?> type = Class.forName(known.getName(), true, loader);
      for (Method method :
          ReflectionSupport.findMethods(
              type, one -> one.isAnnotationPresent(Shows.class), HierarchyTraversalMode.TOP_DOWN)) {
        String rules = method.getAnnotation(Shows.class).value();
        cases.add(new Case(type, method, List.of(rules.split(" ", -1))));
      }
    }
    return cases;
  }

  String title() {
    return type.getSimpleName() + "." + method.getName();
  }

  /** Whether it shows a rule of the section. */
  boolean isOf(String section) {
    return rules.stream().anyMatch(rule -> Rules.section(rule).equals(section));
  }
}
