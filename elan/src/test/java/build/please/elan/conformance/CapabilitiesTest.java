// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.elan.conformance.EveryRpc.Ask;
import build.please.proto.execution.CacheCapabilities;
import build.please.proto.execution.Compressor;
import build.please.proto.execution.DigestFunction;
import build.please.proto.execution.GetCapabilitiesRequest;
import build.please.proto.execution.PriorityCapabilities.PriorityRange;
import build.please.proto.execution.ServerCapabilities;
import build.please.proto.execution.SymlinkAbsolutePathStrategy;
import build.please.proto.semver.SemVer;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** CAP: what is said of the server, and that it is so. */
final class CapabilitiesTest extends Section {
  CapabilitiesTest() {
    check("CAP-01 CAP-24", "cache capabilities and no others", CapabilitiesTest::cacheOnly);
    check(
        "CAP-02",
        "the same for every instance, none for a malformed one",
        CapabilitiesTest::instance);
    check("CAP-03 CAP-04", "the digest functions are those that work", CapabilitiesTest::functions);
    check("CAP-04", "whatever function is said is taken by name", CapabilitiesTest::functionNames);
    check("CAP-09", "updates of the action cache are on, and work", CapabilitiesTest::updates);
    check("CAP-10", "priorities are ranges that hold 0", CapabilitiesTest::priorities);
    check("CAP-11", "the batch limit is the one that is enforced", CapabilitiesTest::batchLimit);
    check("CAP-12", "the batch limit leaves room in 4 MiB", CapabilitiesTest::batchLimitIsSmall);
    check("CAP-13", "absolute symlinks have a strategy", CapabilitiesTest::symlinks);
    check("CAP-14", "the compressors are those of streams", CapabilitiesTest::compressors);
    check(
        "CAP-15", "the batch compressors are those of batches", CapabilitiesTest::batchCompressors);
    checkInMemory("CAP-16", "a limit of blobs is advertised and enforced", CapabilitiesTest::blobs);
    check("CAP-17", "no splitting, no splicing", CapabilitiesTest::splitting);
    check("CAP-18", "no chunking function", CapabilitiesTest::chunking);
    check("CAP-21", "versions are whole and in order", CapabilitiesTest::versions);
    check("CAP-22", "low and high hold 2.0 between them", CapabilitiesTest::twoPointZero);
    notAdvertised("CAP-05 CAP-06 CAP-07 CAP-08 CAP-25", "Elan executes nothing");
    notAdvertised("CAP-23", "it is about what a worker honours, and Elan has none");
    notAdvertised("CAP-19 CAP-20", "no chunking function");
  }

  private static ServerCapabilities capabilities(TestedElan elan) {
    return elan.capabilities().getCapabilities(GetCapabilitiesRequest.getDefaultInstance());
  }

  private static CacheCapabilities cache(TestedElan elan) {
    return capabilities(elan).getCacheCapabilities();
  }

  private static void blobs(TestedElan unlimited) throws IOException {
    assertEquals(0, cache(unlimited).getMaxCasBlobSizeBytes());
    try (TestedElan limited = TestedElan.limited(1000)) {
      assertEquals(1000, cache(limited).getMaxCasBlobSizeBytes());
      Blob fits = limited.blob(1000);
      limited.stored(fits);
      Blob large = limited.blob(1001);
      Expect.invalid(
          () -> limited.upload().sendLast(large.uploadName(), 0, large.bytes()).committedSize());
      assertTrue(limited.hasNoObject(large.digest()));
    }
  }

  private static void cacheOnly(TestedElan elan) {
    assertTrue(capabilities(elan).hasCacheCapabilities());
    assertFalse(capabilities(elan).hasExecutionCapabilities());
  }

  private static void instance(TestedElan elan) {
    for (String name : Set.of("mettle", "a/b")) {
      assertEquals(
          capabilities(elan),
          elan.capabilities()
              .getCapabilities(GetCapabilitiesRequest.newBuilder().setInstanceName(name).build()));
    }
    for (String name : Set.of("a//b", "/", "blobs", "a/capabilities")) {
      Expect.invalid(
          () ->
              elan.capabilities()
                  .getCapabilities(
                      GetCapabilitiesRequest.newBuilder().setInstanceName(name).build()));
    }
  }

  private static void functions(TestedElan elan) {
    Set<DigestFunction.Value> said = EnumSet.copyOf(cache(elan).getDigestFunctionsList());
    assertEquals(said.size(), cache(elan).getDigestFunctionsCount(), "each once");
    assertFalse(said.contains(DigestFunction.Value.UNKNOWN));
    assertEquals(
        DigestFunction.Value.SHA256, cache(elan).getDigestFunctions(0), "the one for most first");
    Blob directory = Blob.of(Trees.named("x").build());
    for (DigestFunction.Value function : DigestFunction.Value.values()) {
      if (function == DigestFunction.Value.UNRECOGNIZED
          || function == DigestFunction.Value.UNKNOWN) {
        continue;
      }
      for (EveryRpc rpc : EveryRpc.values()) {
        if (said.contains(function)) {
          Blob named = function == DigestFunction.Value.BLAKE3 ? directory.blake3() : directory;
          Ask ask = Ask.of(named).withFunction(function.getNumber());
          // So that there is something to read.
          EveryRpc.WRITE.send(elan, ask);
          EveryRpc.UPDATE_ACTION_RESULT.send(elan, ask);
          rpc.send(elan, ask);
        } else if (rpc.hasFields()) {
          Ask ask = Ask.of(directory).withFunction(function.getNumber());
          Expect.invalid(function + " is not said", () -> rpc.send(elan, ask));
        }
      }
    }
    assertEquals(EnumSet.of(DigestFunction.Value.SHA256, DigestFunction.Value.BLAKE3), said);
  }

  private static void functionNames(TestedElan elan) {
    for (DigestFunction.Value function : cache(elan).getDigestFunctionsList()) {
      int length =
          switch (function) {
            case MD5, MURMUR3 -> 32;
            case SHA1, GITSHA1 -> 40;
            case VSO -> 66;
            case SHA384 -> 96;
            case SHA512 -> 128;
            default -> 64;
          };
      EveryRpc.FIND_MISSING.send(
          elan, Ask.of("a".repeat(length), 1).withFunction(function.getNumber()));
    }
  }

  private static void updates(TestedElan elan) {
    assertTrue(cache(elan).getActionCacheUpdateCapabilities().getUpdateEnabled());
    EveryRpc.UPDATE_ACTION_RESULT.send(elan, Ask.of(elan.blob(10)));
  }

  private static void priorities(TestedElan elan) {
    boolean zero = false;
    for (PriorityRange range : cache(elan).getCachePriorityCapabilities().getPrioritiesList()) {
      assertTrue(range.getMinPriority() <= range.getMaxPriority());
      zero |= range.getMinPriority() <= 0 && range.getMaxPriority() >= 0;
    }
    assertTrue(zero);
  }

  private static void batchLimit(TestedElan elan) {
    int limit = (int) cache(elan).getMaxBatchTotalSizeBytes();
    Blob fits = elan.blob(limit);
    EveryRpc.BATCH_UPDATE.send(elan, Ask.of(fits));
    EveryRpc.BATCH_READ.send(elan, Ask.of(fits));

    Blob tooMuch = elan.blob(limit + 1);
    Expect.invalid(() -> EveryRpc.BATCH_UPDATE.send(elan, Ask.of(tooMuch)));
    Expect.invalid(() -> EveryRpc.BATCH_READ.send(elan, Ask.of(tooMuch)));
  }

  private static void batchLimitIsSmall(TestedElan elan) {
    long limit = cache(elan).getMaxBatchTotalSizeBytes();
    assertTrue(limit > 1 << 20 && limit < (4 << 20) - 100_000, () -> "limit " + limit);
  }

  private static void symlinks(TestedElan elan) {
    assertEquals(
        SymlinkAbsolutePathStrategy.Value.ALLOWED, cache(elan).getSymlinkAbsolutePathStrategy());
  }

  private static void compressors(TestedElan elan) throws Exception {
    Set<Compressor.Value> said = Set.copyOf(cache(elan).getSupportedCompressorsList());
    Blob blob = elan.stored(elan.text(1000));
    for (Compressor.Value compressor : Compressor.Value.values()) {
      if (compressor == Compressor.Value.UNRECOGNIZED || compressor == Compressor.Value.IDENTITY) {
        continue;
      }
      String name =
          "compressed-blobs/" + compressor.name().toLowerCase(Locale.ROOT) + "/" + blob.digest();
      if (said.contains(compressor)) {
        assertFalse(elan.read(name).isEmpty());
      } else {
        Expect.invalid(name, () -> elan.read(name));
        Expect.invalid(name, () -> elan.status("uploads/u/" + name));
      }
    }
    assertTrue(said.contains(Compressor.Value.ZSTD));
    EveryRpc.READ.send(elan, Ask.of(blob));
  }

  private static void batchCompressors(TestedElan elan) {
    Set<Compressor.Value> said = Set.copyOf(cache(elan).getSupportedBatchUpdateCompressorsList());
    for (Compressor.Value compressor : Compressor.Value.values()) {
      if (compressor == Compressor.Value.UNRECOGNIZED || compressor == Compressor.Value.IDENTITY) {
        continue;
      }
      Blob blob = elan.text(1000);
      int code =
          BatchUpdateBlobsTest.codes(
                  elan, BatchUpdateBlobsTest.item(blob, blob.packed(), compressor))
              .get(0);
      assertEquals(said.contains(compressor), code == 0, compressor + " gives " + code);
    }
    assertTrue(said.contains(Compressor.Value.ZSTD));
  }

  private static void splitting(TestedElan elan) {
    assertFalse(cache(elan).getSplitBlobSupport());
    assertFalse(cache(elan).getSpliceBlobSupport());
  }

  private static void chunking(TestedElan elan) {
    assertFalse(cache(elan).hasFastCdc2020Params());
    assertFalse(cache(elan).hasRepMaxCdcParams());
  }

  private static void versions(TestedElan elan) {
    ServerCapabilities all = capabilities(elan);
    assertWhole(all.getLowApiVersion());
    assertWhole(all.getHighApiVersion());
    assertTrue(compare(all.getLowApiVersion(), all.getHighApiVersion()) <= 0);
    if (all.hasDeprecatedApiVersion()) {
      assertTrue(compare(all.getDeprecatedApiVersion(), all.getLowApiVersion()) <= 0);
    }
    assertEquals(SemVer.newBuilder().setMajor(2).setMinor(3).build(), all.getHighApiVersion());
  }

  private static void assertWhole(SemVer version) {
    assertTrue(version.getMajor() > 0 && version.getPrerelease().isEmpty());
  }

  private static void twoPointZero(TestedElan elan) {
    ServerCapabilities all = capabilities(elan);
    assertTrue(all.hasLowApiVersion() && all.hasHighApiVersion());
    SemVer two = SemVer.newBuilder().setMajor(2).build();
    assertTrue(compare(all.getLowApiVersion(), two) <= 0);
    assertTrue(compare(all.getHighApiVersion(), two) >= 0);
  }

  private static int compare(SemVer a, SemVer b) {
    int major = Integer.compare(a.getMajor(), b.getMajor());
    return major != 0 ? major : Integer.compare(a.getMinor(), b.getMinor());
  }
}
