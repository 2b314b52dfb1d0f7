// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * By what the processes that an action left behind are known, each sign enough by itself: a cookie
 * in the environment, which children inherit; a session that the action made; a program, root,
 * current directory or open file inside the action's directory, if there is no terminal, behind
 * which somebody may be looking on.
 *
 * <p>One that makes a session, clears its environment, leaves the directory <em>and</em> closes its
 * files is not known any more; that takes a process namespace. For one thread.
 */
final class StraySigns {
  /** The environment variable that carries the cookie. */
  static final String COOKIE = "METTLE_ACTION";

  private static final long SELF = ProcessHandle.current().pid();
  private static final byte[] FOREIGN = {'?'};
  private static final List<String> PLACES = List.of("cwd", "root", "exe");

  private final byte[] cookie;
  private final Path directory;
  private final long notBefore;
  private final Set<Long> sessions = new HashSet<>();

  /**
   * @param cookie of one action, or of all actions of a worker if it ends with a slash
   * @param notBefore in ticks; whatever started earlier belongs to others
   */
  StraySigns(String cookie, Path directory, long notBefore) {
    this.cookie = (COOKIE + "=" + cookie).getBytes(StandardCharsets.UTF_8);
    this.directory = directory;
    this.notBefore = notBefore;
  }

  /** Has every process of this session belong. */
  StraySigns session(long leader) {
    sessions.add(leader);
    return this;
  }

  /** What a look at a process shows. */
  enum Finding {
    STRAY,
    OTHER,
    /** It has ended, or does while we look, and may have left a child. */
    ENDED,
    /** It shows no environment: it is just about to run another program, or has none. */
    UNCLEAR
  }

  /** Whether a process belongs; if it has the cookie, its whole session does from now on. */
  Finding look(Path process) {
    Optional<ProcessStat> found = ProcessStat.read(process);
    if (found.isEmpty()) {
      return Finding.ENDED;
    }
    ProcessStat stat = found.get();
    if (stat.startTicks() < notBefore) {
      return Finding.OTHER;
    }
    if (stat.isExiting()) {
      return stat.threads() > 1 ? lookAtThreads(process, stat) : Finding.ENDED;
    }
    return look(process, stat);
  }

  /** Of a process whose first thread has ended. */
  private Finding lookAtThreads(Path process, ProcessStat stat) {
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path thread : threads) {
        if (!thread.getFileName().equals(process.getFileName())) {
          return look(thread, stat);
        }
      }
    } catch (IOException | DirectoryIteratorException gone) {
      // With its last thread.
    }
    return Finding.ENDED;
  }

  private Finding look(Path process, ProcessStat stat) {
    if (sessions.contains(stat.session())) {
      return Finding.STRAY;
    }
    byte[] environment = environment(process);
    if (hasCookie(environment)) {
      // Only a child of the action has the cookie, so the action made its session; of a process
      // that is merely in this place that would not be certain.
      sessions.add(stat.session());
      return Finding.STRAY;
    }
    if (!stat.hasTerminal() && !isOursToBe(stat) && (isInside(process) || hasFileInside(process))) {
      return Finding.STRAY;
    }
    if (ProcessStat.read(process).orElse(ProcessStat.GONE).isExiting()) {
      return Finding.ENDED; // So it may have shown nothing of what it was.
    }
    return environment.length > 0 || stat.isKernels() ? Finding.OTHER : Finding.UNCLEAR;
  }

  /**
   * Whether this is another action's command that we are starting: until it runs, it has all files
   * open that we have. Only where we are the first process of all do strays become our children.
   */
  private static boolean isOursToBe(ProcessStat stat) {
    return stat.parent() == SELF && (SELF != 1 || !stat.hasRun());
  }

  /** Empty while one program gives way to another, too. */
  private static byte[] environment(Path process) {
    try {
      return Files.readAllBytes(process.resolve("environ"));
    } catch (AccessDeniedException foreign) {
      return FOREIGN;
    } catch (IOException gone) {
      return new byte[0];
    }
  }

  private boolean hasCookie(byte[] environment) {
    boolean prefix = cookie[cookie.length - 1] == '/';
    for (int start = 0; start + cookie.length <= environment.length; start++) {
      int end = start + cookie.length;
      if (Arrays.equals(environment, start, end, cookie, 0, cookie.length)
          && (prefix || end == environment.length || environment[end] == 0)) {
        return true;
      }
      while (start < environment.length && environment[start] != 0) {
        start++;
      }
    }
    return false;
  }

  private boolean isInside(Path process) {
    return PLACES.stream().anyMatch(place -> leadsInside(process.resolve(place)));
  }

  private boolean hasFileInside(Path process) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (leadsInside(file)) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException goneOrForeign) {
      // Not ours, or not any more.
    }
    return false;
  }

  private boolean leadsInside(Path link) {
    try {
      return Files.readSymbolicLink(link).startsWith(directory);
    } catch (IOException | InvalidPathException goneOrForeign) {
      return false;
    }
  }
}
