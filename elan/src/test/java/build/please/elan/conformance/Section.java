// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** The cases of one section of the rules, and why some rules have none. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Section {
  private final List<Case> cases = new ArrayList<>();
  private final Map<String, String> excused = new LinkedHashMap<>();
  private final Map<Setting, TestedElan> servers = new EnumMap<>(Setting.class);

  /**
   * @param rules one or more, with blanks between
   */
  final void check(String rules, String name, Case.Body body) {
    check(EnumSet.allOf(Setting.class), rules, name, body);
  }

  final void checkOnSockets(String rules, String name, Case.Body body) {
    check(EnumSet.of(Setting.MEMORY_ON_A_SOCKET, Setting.FILES_ON_A_SOCKET), rules, name, body);
  }

  /** For what takes its time and does not depend on the transport. */
  final void checkInProcess(String rules, String name, Case.Body body) {
    check(
        EnumSet.of(Setting.MEMORY_IN_PROCESS, Setting.FILES_IN_PROCESS, Setting.DISK_IN_PROCESS),
        rules,
        name,
        body);
  }

  /** For what takes its time and depends on neither store nor transport. */
  final void checkInMemory(String rules, String name, Case.Body body) {
    check(EnumSet.of(Setting.MEMORY_IN_PROCESS), rules, name, body);
  }

  private void check(Set<Setting> settings, String rules, String name, Case.Body body) {
    cases.add(new Case(List.of(rules.split(" ", -1)), name, settings, body));
  }

  /** The rules bind only servers that offer something, and this one does not. */
  final void notAdvertised(String rules, String what) {
    for (String rule : rules.split(" ", -1)) {
      excused.put(rule, "not advertised: " + what);
    }
  }

  final List<Case> cases() {
    return Collections.unmodifiableList(cases);
  }

  final Map<String, String> excused() {
    return Collections.unmodifiableMap(excused);
  }

  @TestFactory
  final Stream<DynamicContainer> everywhere() {
    return Stream.of(Setting.values())
        .map(
            setting ->
                DynamicContainer.dynamicContainer(
                    setting.name(),
                    cases.stream()
                        .filter(one -> one.settings().contains(setting))
                        .map(
                            one -> DynamicTest.dynamicTest(one.title(), () -> run(one, setting)))));
  }

  /** Runs one case, and sees that it left nothing open. */
  final void run(Case one, Setting setting) throws Exception {
    TestedElan elan = servers.get(setting);
    if (elan == null) {
      elan = TestedElan.start(setting);
      servers.put(setting, elan);
    }
    try {
      one.body().run(elan);
      elan.assertNothingIsOpen();
    } finally {
      elan.bucket().recover();
    }
  }

  @AfterAll
  final void stop() throws IOException {
    for (TestedElan elan : servers.values()) {
      elan.close();
    }
    servers.clear();
  }
}
