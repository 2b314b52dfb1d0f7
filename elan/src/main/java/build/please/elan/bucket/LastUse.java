// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows when the power may have been cut while the store was in use: its last owner did not say
 * that it stopped, and the kernel is another one. What was written between the last moment at which
 * all was well and the next start is suspect, for ever.
 *
 * <p>The file {@code last_use} says so in lines: {@code boot ID}, {@code running} or {@code
 * stopped}, {@code clean TIME}, {@code suspect FROM TO} for each such time. It is forced to disk in
 * any case.
 */
final class LastUse {
  /** A time in which files may have been cut short. */
  record Suspicion(Instant from, Instant to) {}

  private record State(String boot, boolean running, Instant clean, List<Suspicion> suspicions) {}

  private static final Logger log = LoggerFactory.getLogger(LastUse.class);
  private static final int MOST = 16;
  // Times of files are those of the kernel's last tick.
  private static final Duration TICK = Duration.ofSeconds(1);

  private final Path file;
  private final String boot;
  private final Instant clean;
  private final List<Suspicion> suspicions;

  private LastUse(Path file, State state) {
    this.file = file;
    this.boot = state.boot();
    this.clean = state.clean();
    this.suspicions = state.suspicions();
  }

  /**
   * Looks at how the store was left, and says that it is in use again.
   *
   * @param home directory for what is no object
   * @param boot names this run of the kernel
   */
  static LastUse begin(Path home, String boot, Instant now) throws IOException {
    Path file = home.resolve("last_use");
    LastUse use = new LastUse(file, next(read(file), boot, now));
    use.write("running");
    return use;
  }

  /** As {@link #begin}, by somebody who may not say that it is in use. */
  static LastUse look(Path home, String boot, Instant now) throws IOException {
    Path file = home.resolve("last_use");
    return new LastUse(file, next(read(file), boot, now));
  }

  private static State next(State last, String boot, Instant now) {
    if (!last.running()) {
      return new State(boot, true, now, last.suspicions());
    }
    if (last.boot().equals(boot)) {
      // Killed: what it wrote is on its way to the disk still.
      return new State(boot, true, last.clean(), last.suspicions());
    }
    log.warn(
        "the machine stopped while the store was in use; files from {} to {} may be incomplete, "
            + "and are checked when they are read",
        last.clean(),
        now);
    List<Suspicion> all = new ArrayList<>(last.suspicions());
    all.add(new Suspicion(last.clean().minus(TICK), now));
    if (all.size() > MOST) {
      // One longer time for the two oldest.
      Suspicion oldest = all.remove(0);
      all.set(0, new Suspicion(oldest.from(), all.get(0).to()));
    }
    return new State(boot, true, now, List.copyOf(all));
  }

  /** Whether a file of that time may have been cut short. */
  boolean isSuspect(Instant modified) {
    return suspicions.stream()
        .anyMatch(one -> !modified.isBefore(one.from()) && !modified.isAfter(one.to()));
  }

  /** Says that the store was left as it should be. */
  void end() throws IOException {
    write("stopped");
  }

  private static State read(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException firstUse) {
      return new State("", false, Instant.EPOCH, List.of());
    }
    try {
      return parse(text);
    } catch (DateTimeException | NoSuchElementException | IndexOutOfBoundsException e) {
      log.warn("{} cannot be read; all that is stored is suspect", file);
      return new State("", true, Instant.EPOCH, List.of());
    }
  }

  private static State parse(String text) {
    List<String[]> lines = text.lines().map(line -> line.split(" ", -1)).toList();
    List<Suspicion> suspicions =
        lines.stream()
            .filter(words -> words[0].equals("suspect"))
            .map(words -> new Suspicion(Instant.parse(words[1]), Instant.parse(words[2])))
            .toList();
    return new State(
        value(lines, "boot"),
        lines.stream().noneMatch(words -> words[0].equals("stopped")),
        Instant.parse(value(lines, "clean")),
        suspicions);
  }

  private static String value(List<String[]> lines, String name) {
    return lines.stream().filter(words -> words[0].equals(name)).findFirst().orElseThrow()[1];
  }

  private void write(String state) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("boot ").append(boot).append('\n').append(state).append('\n');
    text.append("clean ").append(clean).append('\n');
    for (Suspicion one : suspicions) {
      text.append("suspect ").append(one.from()).append(' ').append(one.to()).append('\n');
    }
    Path next = file.resolveSibling("last_use.new");
    try (FileChannel channel =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    new DirectorySync().force(Parents.of(file));
  }
}
