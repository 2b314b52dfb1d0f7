// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs tests of the packed store. Called by name, from another class loader. */
final class PackedRun {
  private PackedRun() {}

  /** Titles of the cases, of all there are if none is wanted, that failed; with what they said. */
  static Map<String, String> failures(String section, Set<String> wanted)
      throws ClassNotFoundException {
    Map<String, String> failures = new LinkedHashMap<>();
    for (PackedCase one : PackedCase.all(PackedRun.class.getClassLoader())) {
      if (wanted.isEmpty() || wanted.contains(one.title())) {
        run(one, failures);
      }
    }
    return failures;
  }

  private static void run(PackedCase one, Map<String, String> failures) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.selectMethod(one.type(), one.method()))
            .build();
    LauncherFactory.create()
        .execute(
            request,
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                result
                    .getThrowable()
                    .ifPresent(failure -> failures.putIfAbsent(one.title(), failure.toString()));
              }
            });
  }
}
