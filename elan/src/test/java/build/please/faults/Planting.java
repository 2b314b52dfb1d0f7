// SPDX-License-Identifier: Apache-2.0
package build.please.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.LogManager;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/**
 * Plants each fault of a list and sees that the cases named there fail.
 *
 * <p>{@code -Dfaults=BSW,AC/03} takes only these. {@code -Dfaults.all} runs all cases of a fault's
 * section and says which failed, for whoever adds a fault or a case.
 */
public final class Planting {
  // Of all cases that a fault is run with; those of one fault need seconds.
  private static final long LIMIT_SECONDS = 300;

  private final PlantedFaults list;
  private final Class<?> runner;
  private final Set<String> wanted = Set.of(System.getProperty("faults", "").split(",", -1));
  private final boolean everyCase = System.getProperty("faults.all") != null;

  /**
   * @param runner has a static method {@code failures} that takes a section and the titles of its
   *     cases, all of them if there is none, runs these, and returns those that failed, with what
   *     they said
   */
  public Planting(PlantedFaults list, Class<?> runner) {
    this.list = list;
    this.runner = runner;
  }

  /**
   * Plants them all, one after the other, and says on stdout what came of it.
   *
   * @param scratch an empty directory
   * @return those that were not caught
   */
  public List<String> survivors(Path scratch) throws Exception {
    // The faulty servers have much to say, and none of it is news.
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
    LogManager.getLogManager().reset();
    checkArguments();
    int planted = 0;
    List<String> survivors = new ArrayList<>();
    for (String section : list.sections()) {
      List<PlantedFault> faults = list.of(section).stream().filter(this::isWanted).toList();
      if (!faults.isEmpty()) {
        checkWithoutFault(section, faults);
      }
      for (PlantedFault fault : faults) {
        planted++;
        if (!isCaught(fault, Files.createDirectory(scratch.resolve("fault" + planted)))) {
          survivors.add(fault.id());
        }
      }
    }
    System.out.println(planted + " planted, " + survivors.size() + " not caught");
    return survivors;
  }

  /** Says at once what a change of the sources has made of the list, and what nobody knows. */
  private void checkArguments() throws IOException {
    Set<String> unknown = new HashSet<>(wanted);
    unknown.remove("");
    unknown.removeAll(list.sections());
    for (String section : list.sections()) {
      for (PlantedFault fault : list.of(section)) {
        unknown.remove(fault.id());
        long anchors = fault.anchorsIn(PlantedFaults.source(fault));
        if (isWanted(fault) && anchors != 1) {
          System.out.println(
              "cannot plant " + fault.id() + ": its anchor is there " + anchors + " times");
        }
      }
    }
    assertEquals(Set.of(), unknown, "no such section or fault");
  }

  private boolean isWanted(PlantedFault fault) {
    return wanted.contains("") || wanted.contains(fault.section()) || wanted.contains(fault.id());
  }

  /** A case that fails anyway says nothing about a fault. */
  private void checkWithoutFault(String section, List<PlantedFault> faults) throws Exception {
    Set<String> named =
        faults.stream().flatMap(one -> one.caughtBy().stream()).collect(Collectors.toSet());
    try (FaultyCode sound = FaultyCode.none()) {
      assertEquals(Map.of(), failures(sound, section, everyCase ? Set.of() : named));
    }
  }

  private boolean isCaught(PlantedFault fault, Path scratch) throws IOException {
    Map<String, String> failures;
    try (FaultyCode code = FaultyCode.with(fault, scratch)) {
      failures =
          failures(code, fault.section(), everyCase ? Set.of() : Set.copyOf(fault.caughtBy()));
    } catch (IllegalArgumentException | TimeoutException | ExecutionException e) {
      System.out.println("SURVIVED " + fault.id() + " " + fault.what() + "\n    " + e.getMessage());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    List<String> sound =
        fault.caughtBy().stream().filter(title -> !failures.containsKey(title)).toList();
    System.out.println(
        (sound.isEmpty() ? "caught   " : "SURVIVED ") + fault.id() + " " + fault.what());
    failures.forEach((title, said) -> System.out.println("    by " + title + "\n" + brief(said)));
    sound.forEach(title -> System.out.println("    NOT by " + title));
    return sound.isEmpty();
  }

  /** One line; what is in it may be pages of protos. */
  private static String brief(String said) {
    String line = "       " + said.replaceAll("\\s+", " ");
    return line.substring(0, Math.min(line.length(), 200));
  }

  /** Runs in classes of their own, and for a bounded time: a fault may make a thread hang. */
  @SuppressWarnings("unchecked")
  private Map<String, String> failures(FaultyCode code, String section, Set<String> titles)
      throws InterruptedException, ExecutionException, TimeoutException {
    CompletableFuture<Map<String, String>> failures = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                Method run =
                    code.loadClass(runner.getName())
                        .getDeclaredMethod("failures", String.class, Set.class);
                run.setAccessible(true);
                failures.complete((Map<String, String>) run.invoke(null, section, titles));
              } catch (InvocationTargetException e) {
                failures.completeExceptionally(e.getCause());
              } catch (ReflectiveOperationException | RuntimeException e) {
                failures.completeExceptionally(e);
              }
            },
            "cases of " + section);
    thread.setDaemon(true);
    thread.start();
    try {
      return failures.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new TimeoutException("no case failed by itself within " + LIMIT_SECONDS + " s");
    }
  }
}
