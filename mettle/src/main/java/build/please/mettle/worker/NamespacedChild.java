// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.MalformedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command in namespaces, with {@code bwrap} above it, or what does the same. With the first
 * process of the namespace all others end, whatever they did to hide.
 */
final class NamespacedChild implements Kernel.Child {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int KILLED = 128;
  private static final int LONGEST_REASON = 4096;
  private static final Pattern ENV = Pattern.compile("(?:env|nice): '(/[^\n]*)': [^\n]*");
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final Kernel kernel;
  private final Kernel.Child bwrap;
  private final Path report;
  private final Timer timer;
  private final long notBefore;

  NamespacedChild(Kernel kernel, Kernel.Child bwrap, Path report, Timer timer) {
    this.kernel = kernel;
    this.bwrap = bwrap;
    this.report = report;
    this.timer = timer;
    notBefore = stat(bwrap.pid()).startTicks();
  }

  @Override
  public long pid() {
    return bwrap.pid();
  }

  @Override
  public Exit await() throws IOException {
    Exit exit = bwrap.await();
    init().ifPresent(pid -> kernel.signal(pid, Kernel.Signal.KILL));
    return exit;
  }

  /** A polite signal is for the command alone: bwrap would die of it, and with it the command. */
  @Override
  public void signal(Kernel.Signal signal) {
    if (signal == Kernel.Signal.KILL) {
      bwrap.signal(signal);
    } else {
      init().ifPresent(pid -> kernel.signalGroup(pid, signal));
    }
  }

  /**
   * Waits until the namespace is empty, after the end of bwrap.
   *
   * @return whether it is
   */
  boolean isEmpty() {
    long start = timer.nanoTime();
    while (init().isPresent()) {
      if (timer.since(start).compareTo(PATIENCE) > 0) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }

  /**
   * Tells an exit of bwrap's from one of the command.
   *
   * @param launch of the command
   * @param stderr where bwrap says what is wrong
   * @throws MalformedException if the program cannot be started (CMD-22)
   * @throws IOException if there was no namespace to run it in
   */
  void checkThatItRan(Exit exit, Launch launch, CommandLog stderr) throws IOException {
    if (exit.code() == 0 || exit.code() >= KILLED) {
      return;
    }
    BubblewrapReport told = BubblewrapReport.read(report);
    String reason = stderr.content(LONGEST_REASON).toStringUtf8().strip();
    boolean noProgram =
        told.ran() ? isOfEnv(reason, launch) : told.init().isPresent() && reason.contains("execvp");
    if (noProgram) {
      throw new MalformedException("cannot run it in the sandbox: " + reason);
    }
    if (!told.ran()) {
      throw new IOException("cannot make the sandbox: " + reason);
    }
  }

  /** Whether this is what {@code env} says of a program that it cannot become. */
  private static boolean isOfEnv(String reason, Launch launch) {
    Matcher complaint = ENV.matcher(reason);
    return complaint.matches() && launch.arguments().contains(complaint.group(1));
  }

  /** The first process of the namespace, while it lives; it becomes a zombie as the last of all. */
  private OptionalLong init() {
    OptionalLong init = BubblewrapReport.read(report).init();
    if (init.isPresent()) {
      ProcessStat stat = stat(init.getAsLong());
      if (stat.isDead() || stat.startTicks() < notBefore) {
        return OptionalLong.empty();
      }
    }
    return init;
  }

  private static ProcessStat stat(long pid) {
    return ProcessStat.read(Path.of("/proc", Long.toString(pid))).orElse(ProcessStat.GONE);
  }
}
