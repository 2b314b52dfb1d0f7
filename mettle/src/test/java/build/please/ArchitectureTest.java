// SPDX-License-Identifier: Apache-2.0
package build.please;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import build.please.common.cas.Digest;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may import whom. Maven keeps the modules apart; this keeps the packages apart. */
final class ArchitectureTest {
  private static final String PROTO = "build.please.proto..";
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          // Elan's tests come as a jar once it is packaged.
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("build.please");

  /** One line for each arrow that must not exist. */
  @ParameterizedTest
  @CsvSource({
    "build.please.common.cas, build.please.common.rpc..",
    "build.please.common.cas, build.please.common.cas.remote..",
    "build.please.common.cas.., build.please.common.cli..",
    "build.please.common.rpc.., build.please.common.cli..",
    "build.please.common.rpc.., build.please.common.cas.remote..",
    "build.please.common.., build.please.creds..",
    "build.please.common.., build.please.metrics..",
    "build.please.common.., build.please.traces..",
    "build.please.creds.., build.please.common..",
    "build.please.creds.., build.please.metrics..",
    "build.please.metrics.., build.please.common..",
    "build.please.metrics.., build.please.creds..",
    "build.please.traces.., build.please.common..",
    "build.please.traces.., build.please.creds..",
    "build.please.traces.., build.please.metrics..",
    "build.please.elan.., build.please.mettle..",
    "build.please.elan.bucket.., build.please.elan.store..",
    "build.please.elan.bucket.., build.please.elan.service..",
    "build.please.elan.store.., build.please.elan.service..",
    "build.please.mettle.queue.., build.please.mettle.api..",
    "build.please.mettle.queue.., build.please.mettle.worker..",
    "build.please.mettle.queue.., build.please.mettle.client..",
    "build.please.mettle.queue.., build.please.mettle.setup..",
    "build.please.mettle.api.., build.please.mettle.setup..",
    "build.please.mettle.worker.., build.please.mettle.setup..",
    "build.please.mettle.client.., build.please.mettle.setup..",
    "build.please.mettle.pool.., build.please.mettle.api..",
    "build.please.mettle.pool.., build.please.mettle.worker..",
    "build.please.mettle.pool.., build.please.mettle.client..",
    "build.please.mettle.pool.., build.please.mettle.setup..",
    "build.please.mettle.queue.., build.please.mettle.pool..",
    "build.please.mettle.setup.., build.please.mettle.api..",
    "build.please.mettle.setup.., build.please.mettle.worker..",
    "build.please.mettle.setup.., build.please.mettle.client..",
    "build.please.mettle.setup.., build.please.elan..",
    "build.please.mettle.api.., build.please.mettle.worker..",
    "build.please.mettle.api.., build.please.mettle.client..",
    "build.please.mettle.worker.., build.please.mettle.api..",
    "build.please.mettle.worker.., build.please.mettle.client..",
    "build.please.mettle.client.., build.please.mettle.api..",
    "build.please.mettle.client.., build.please.mettle.worker..",
    "build.please.mettle.client.., build.please.elan..",
    "build.please.mettle.worker.., build.please.elan..",
  })
  void package_doesNotImport(String from, String to) {
    noClasses()
        .that()
        .resideInAPackage(from)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(to)
        .allowEmptyShould(true)
        .check(OURS);
  }

  @Test
  void packages_haveNoCycles() {
    slices().matching("build.please.(**)").should().beFreeOfCycles().check(OURS);
  }

  /** The storage goes by the function of each request; only who executes may take SHA-256. */
  @Test
  void storage_assumesNoDigestFunction() {
    noClasses()
        .that()
        .resideInAnyPackage("build.please.elan..", "build.please.common.cas.remote..")
        .should()
        .callMethod(Digest.class, "parse", build.please.proto.execution.Digest.class)
        .orShould()
        .callMethod(Digest.class, "parse", String.class, long.class)
        .orShould()
        .callConstructor(Digest.class, String.class, long.class)
        .orShould()
        .callMethod(Digest.class, "of", ByteString.class)
        .orShould()
        .callMethod(Digest.class, "of", MessageLite.class)
        .orShould()
        .callMethod(Digest.class, "of", byte[].class)
        .orShould()
        .callMethod(Digest.class, "sha256")
        .orShould()
        .accessField(Digest.class, "EMPTY")
        .check(OURS);
  }

  /** Few classes know the clients of a cloud; everything else knows buckets and queues. */
  @Test
  void cloudClients_areKnownToFewClasses() {
    noClasses()
        .that()
        .haveNameNotMatching("build\\.please\\.elan\\.bucket\\.Gcs.*")
        .and()
        .haveNameNotMatching("build\\.please\\.mettle\\.(queue|setup)\\.Pubsub.*")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "com.google.cloud..",
            "com.google.auth..",
            "com.google.api.gax..",
            "com.google.pubsub..")
        .check(OURS);
  }

  /** Else its classes would be loaded, and its spans made, where nobody asked for traces. */
  @Test
  void openTelemetry_isKnownInOnePlace() {
    noClasses()
        .that()
        .resideOutsideOfPackage("build.please.traces..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.opentelemetry..")
        .check(OURS);
  }

  @Test
  void exit_onlyFromMains() {
    noClasses()
        .that()
        .haveSimpleNameNotStartingWith("Elan")
        .and()
        .haveSimpleNameNotStartingWith("Mettle")
        .should()
        .callMethod(System.class, "exit", int.class)
        .check(OURS);
  }

  /** Cancelling by interrupt closes files for every thread that has them open (fault J1). */
  @Test
  void nobody_cancelsByInterrupt() {
    noClasses()
        .should()
        .callMethod(ExecutorService.class, "shutdownNow")
        .because("an interrupt inside file I/O closes the file for everybody")
        .check(OURS);
  }

  @Test
  void flags_areReadNowhereBelowTheCommandLine() {
    noClasses()
        .that(areBelowTheCommandLine())
        .should()
        .dependOnClassesThat()
        .resideInAPackage("picocli..")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .orShould()
        .callMethod(System.class, "getenv")
        .check(OURS);
  }

  private static DescribedPredicate<JavaClass> areBelowTheCommandLine() {
    return DescribedPredicate.describe(
        "are below the command line",
        type ->
            type.getPackageName().startsWith("build.please")
                && !type.getPackageName().startsWith(PROTO.replace("..", ""))
                && !type.getPackageName().equals("build.please.common.cli")
                && !type.getPackageName().equals("build.please.elan")
                && !type.getPackageName().equals("build.please.mettle")
                && !type.getPackageName().equals("build.please.mettle.client"));
  }
}
