// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may import whom in the benchmark, which knows servers only by what they answer. */
final class ArchitectureTest {
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("build.please.bench");

  @ParameterizedTest
  @CsvSource({
    "build.please.bench, build.please.elan..",
    "build.please.bench.work.., build.please.elan..",
    "build.please.bench.wire.., build.please.elan..",
    "build.please.bench.floor.., build.please.elan..",
    "build.please.bench.., build.please.mettle..",
    "build.please.bench.wire.., build.please.bench.load..",
    "build.please.bench.wire.., build.please.bench.server..",
    "build.please.bench.wire.., build.please.bench.work..",
    "build.please.bench.load.., build.please.bench.server..",
    "build.please.bench.load.., build.please.bench.work..",
    "build.please.bench.load.., build.please.bench.report..",
    "build.please.bench.work.., build.please.bench.report..",
    "build.please.bench.server.., build.please.bench.work..",
    "build.please.bench.server.., build.please.bench.report..",
    "build.please.bench.machine.., build.please.bench.report..",
    "build.please.bench.floor.., build.please.bench.work..",
    "build.please.bench.floor.., build.please.bench.report..",
    "build.please.bench.micro.., build.please.bench.work..",
  })
  void package_doesNotImport(String from, String to) {
    noClasses()
        .that()
        .resideInAPackage(from)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(to)
        .check(OURS);
  }

  @Test
  void packages_haveNoCycles() {
    slices().matching("build.please.bench.(*)..").should().beFreeOfCycles().check(OURS);
  }
}
