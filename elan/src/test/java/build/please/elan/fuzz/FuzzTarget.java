// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fuzz;

import com.google.errorprone.annotations.Immutable;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What reads the words of strangers. Each takes one input, of any bytes, and throws only if it
 * found a fault; inputs leave nothing behind for the next ones.
 */
enum FuzzTarget implements Fuzz.Target {
  RESOURCE_NAMES(WireTargets::resourceName),
  DIGESTS(WireTargets::digest),
  DIRECTORIES(StoredTargets::directory),
  TREES(StoredTargets::tree),
  ACTION_RESULTS(StoredTargets::actionResult),
  ZSTD(ZstdTarget::decode),
  SEGMENTS(SegmentTarget::segment);

  /** As {@link Fuzz.Target}, without a state. */
  @Immutable
  private interface Check {
    void accept(byte[] input) throws Exception;
  }

  private final Check target;

  FuzzTarget(Check target) {
    this.target = target;
  }

  @Override
  public void accept(byte[] input) throws Exception {
    target.accept(input);
  }

  /** As in the names of directories: {@code resource-names}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Where its corpus is: good input to begin from, and bad input that once found a fault. */
  Path corpusDirectory() throws IOException {
    try {
      return Path.of(
          Objects.requireNonNull(FuzzTarget.class.getResource("corpus/" + this)).toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  /** In the order of the names of its files. */
  List<byte[]> corpus() throws IOException {
    List<byte[]> corpus = new ArrayList<>();
    try (Stream<Path> files = Files.list(corpusDirectory())) {
      for (Path file : files.sorted().toList()) {
        corpus.add(Files.readAllBytes(file));
      }
    }
    return corpus;
  }
}
