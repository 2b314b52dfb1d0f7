// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.worker.ActionLimits.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each command a cgroup with limits. In the cgroup that this process was started in there is
 * then one for each server, {@code mettle_PID_…}, and in that the server's own and those of its
 * actions: a group whose limits others share must not have processes itself.
 */
final class ControlGroups implements Confinement.Source {
  private static final Logger log = LoggerFactory.getLogger(ControlGroups.class);
  private static final String PREFIX = "mettle_";
  private static final String SERVER = "server";
  private static final String PROCESSES = "cgroup.procs";

  /** How the kernel shows a process that has no number here. */
  private static final String ELSEWHERE = "0";

  private final Path place;
  private final ActionLimits limits;
  private final ControlFiles files;
  private final Timer timer;
  private final AtomicLong count = new AtomicLong();

  private ControlGroups(Path place, ActionLimits limits, ControlFiles files, Timer timer) {
    this.place = place;
    this.limits = limits;
    this.files = files;
    this.timer = timer;
  }

  /** Where the groups of all servers are, seen from where one of them may have been started. */
  static Path home(Path own) {
    Path parent = own.getParent();
    return own.endsWith(SERVER)
            && parent != null
            && parent.getFileName().toString().startsWith(PREFIX)
        ? Optional.ofNullable(parent.getParent()).orElse(parent)
        : own;
  }

  /**
   * Makes the place for them, and moves this process, with those that it was started by. What dead
   * servers left is ended and removed.
   *
   * @param limits that are wanted, one at least
   * @throws IOException if one of them is not possible, with the reason
   */
  static Confinement.Source open(
      ControlSupport support, ActionLimits limits, ControlFiles files, Timer timer)
      throws IOException {
    for (Kind kind : limits.asked()) {
      if (!support.has(kind)) {
        throw new IOException(
            "actions cannot have a limit of "
                + kind.controller()
                + ": "
                + support.faults().get(kind));
      }
    }
    Path own = support.own().orElseThrow(() -> new IOException("there are no cgroups"));
    Path home = home(own);
    long self = ProcessHandle.current().pid();
    Path place = home.resolve(PREFIX + self + "_" + UUID.randomUUID().toString().substring(0, 8));
    Path server = place.resolve(SERVER);
    files.create(place);
    try {
      files.create(server);
      move(new HashSet<>(List.of(own, home)), server, files);
      for (Path group : List.of(home, place)) {
        share(group, limits, files);
      }
    } catch (IOException e) {
      undo(home, place, files);
      throw e;
    }
    ControlGroups groups = new ControlGroups(place, limits, files, timer);
    groups.removeDead(home);
    return groups;
  }

  private static void move(Set<Path> from, Path to, ControlFiles files) throws IOException {
    Set<String> ours = new HashSet<>();
    for (Optional<ProcessHandle> process = Optional.of(ProcessHandle.current());
        process.isPresent();
        process = process.get().parent()) {
      ours.add(Long.toString(process.get().pid()));
    }
    for (Path group : from) {
      for (String process : processes(group, files)) {
        if (ours.contains(process)) {
          files.write(to.resolve(PROCESSES), process);
        }
      }
    }
  }

  private static void undo(Path home, Path place, ControlFiles files) {
    try {
      move(Set.of(place.resolve(SERVER)), home, files);
      files.remove(place.resolve(SERVER));
      files.remove(place);
    } catch (IOException e) {
      log.info("the cgroup {} stays: {}", place, e.toString());
    }
  }

  private static List<String> processes(Path group, ControlFiles files) throws IOException {
    return files.read(group.resolve(PROCESSES)).lines().toList();
  }

  /** Lets the groups in this one have limits. */
  private static void share(Path group, ActionLimits limits, ControlFiles files)
      throws IOException {
    for (Kind kind : limits.asked()) {
      try {
        files.write(group.resolve("cgroup.subtree_control"), "+" + kind.controller());
      } catch (IOException e) {
        List<String> others = processes(group, files);
        String reason =
            others.isEmpty() ? String.valueOf(e.getMessage()) : "others are in it: " + others;
        throw new IOException(
            "actions cannot be limited: the cgroup " + group + " cannot be divided: " + reason, e);
      }
    }
  }

  private void removeDead(Path home) throws IOException {
    for (Path other : files.groups(home)) {
      String name = other.getFileName().toString();
      if (name.startsWith(PREFIX) && !other.equals(place) && isDead(other)) {
        log.info("removing what a dead worker left in {}", other);
        for (Path group : files.groups(other)) {
          if (!group.endsWith(SERVER)) {
            ControlGroup left = ControlGroup.left(group, files, timer);
            left.kill();
            left.awaitEmpty();
            left.close();
          }
        }
        try {
          files.remove(other.resolve(SERVER));
          files.remove(other);
        } catch (IOException e) {
          log.info("the cgroup {} stays: {}", other, e.toString());
        }
      }
    }
  }

  /** Others may be where a server was: those that started it. */
  private boolean isDead(Path group) {
    String name = group.getFileName().toString();
    String pid = name.substring(PREFIX.length()).split("_", 2)[0];
    try {
      List<String> there = processes(group.resolve(SERVER), files);
      return !there.contains(pid) && !there.contains(ELSEWHERE);
    } catch (IOException noServer) {
      return true;
    }
  }

  @Override
  public Confinement open(WorkDirectory directory) throws IOException {
    String name = directory.path().getFileName() + "_" + count.incrementAndGet();
    return ControlGroup.create(place.resolve(name), directory, limits, files, timer);
  }
}
