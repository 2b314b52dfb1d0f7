// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rules that an {@link Action} and its {@link Command} must keep before they are queued or run.
 *
 * <p>What clients are known to send is let through: unsorted and repeated {@code output_paths},
 * unsorted properties and environments (CMD-05, CMD-14, EXE-49).
 */
public final class CommandRules {
  /** The names that {@code output_node_properties} may hold (CMD-20). */
  private static final Set<String> NODE_PROPERTIES = Set.of("mtime", "unix_mode");

  /** What Linux takes: bytes in a path, in a segment of it, in one argument or variable. */
  private static final int MAX_PATH_BYTES = 4095;

  private static final int MAX_NAME_BYTES = 255;
  private static final int MAX_STRING_BYTES = (128 << 10) - 1;

  /** What google.protobuf.Duration can hold. */
  private static final long MAX_SECONDS = 315_576_000_000L;

  private CommandRules() {}

  /**
   * Checks all that can be checked without the input tree.
   *
   * @throws MalformedException naming the first thing that is wrong (CMD-02, CMD-06, CMD-11,
   *     CMD-13, CMD-17, CMD-20, fault 101)
   */
  public static void check(Command command) throws MalformedException {
    if (command.getArgumentsCount() == 0 || command.getArguments(0).isEmpty()) {
      throw new MalformedException("the command has no arguments");
    }
    for (String argument : command.getArgumentsList()) {
      checkString("argument", argument);
    }
    for (Command.EnvironmentVariable variable : command.getEnvironmentVariablesList()) {
      if (variable.getName().isEmpty() || variable.getName().indexOf('=') >= 0) {
        throw new MalformedException(
            "environment variable name \"" + variable.getName() + "\" is empty or holds '='");
      }
      checkString("environment variable", variable.getName() + "=" + variable.getValue());
    }
    for (String property : command.getOutputNodePropertiesList()) {
      if (!NODE_PROPERTIES.contains(property)) {
        throw new MalformedException(
            "output node property \"" + property + "\" is not known, only mtime and unix_mode are");
      }
    }
    int depth = checkWorkingDirectory(command.getWorkingDirectory());
    checkOutputs(command, depth);
  }

  /**
   * How long an action may run: what it asks for, or {@code standard} (at most {@code max}) if that
   * is absent or zero.
   *
   * @throws MalformedException if it is negative, no duration, or above {@code max} (EXE-42 to
   *     EXE-44)
   */
  public static Duration timeout(Action action, Duration standard, Duration max)
      throws MalformedException {
    com.google.protobuf.Duration asked = action.getTimeout();
    if (asked.getSeconds() < 0
        || asked.getSeconds() > MAX_SECONDS
        || asked.getNanos() < 0
        || asked.getNanos() > 999_999_999) {
      throw new MalformedException(
          "timeout of "
              + asked.getSeconds()
              + " s and "
              + asked.getNanos()
              + " ns is not a duration that can be waited for");
    }
    Duration timeout = Duration.ofSeconds(asked.getSeconds(), asked.getNanos());
    if (timeout.compareTo(max) > 0) {
      throw new MalformedException(
          "timeout of "
              + timeout.toSeconds()
              + " s is above the maximum, "
              + max.toSeconds()
              + " s");
    }
    if (timeout.isZero()) {
      return standard.compareTo(max) > 0 ? max : standard;
    }
    return timeout;
  }

  private static void checkString(String kind, String text) throws MalformedException {
    if (text.indexOf('\0') >= 0) {
      throw new MalformedException(kind + " holds a NUL byte: " + start(text));
    }
    // A character takes at most three bytes for each char, so that only long ones are encoded.
    if (text.length() > MAX_STRING_BYTES / 3
        && text.getBytes(StandardCharsets.UTF_8).length > MAX_STRING_BYTES) {
      throw new MalformedException(
          kind + " is longer than " + MAX_STRING_BYTES + " bytes: " + start(text));
    }
  }

  private static String start(String text) {
    return "\"" + text.substring(0, Math.min(text.length(), 60)).replace('\0', '?') + "...\"";
  }

  /** Returns how many directories below the input root it is. */
  private static int checkWorkingDirectory(String path) throws MalformedException {
    if (path.isEmpty()) {
      return 0;
    }
    if (path.startsWith("/")) {
      throw new MalformedException("working directory \"" + path + "\" is not relative");
    }
    return depth("working directory", path, 0);
  }

  @SuppressWarnings("deprecation") // Clients of API 2.0 use the older fields.
  private static void checkOutputs(Command command, int depth) throws MalformedException {
    if (command.getOutputPathsCount() > 0) {
      for (String path : command.getOutputPathsList()) {
        checkOutput(path, depth);
      }
      return;
    }
    Set<String> files = new HashSet<>();
    for (String path : command.getOutputFilesList()) {
      checkOutput(path, depth);
      if (path.isEmpty() || !files.add(path)) {
        throw new MalformedException("output file \"" + path + "\" is empty or occurs twice");
      }
    }
    Set<String> directories = new HashSet<>();
    for (String path : command.getOutputDirectoriesList()) {
      checkOutput(path, depth);
      if (files.contains(path) || !directories.add(path)) {
        throw new MalformedException("output directory \"" + path + "\" occurs twice");
      }
    }
    checkNesting(command.getOutputFilesList(), files);
  }

  private static void checkNesting(List<String> paths, Set<String> files)
      throws MalformedException {
    for (String path : paths) {
      for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
        if (files.contains(path.substring(0, slash))) {
          throw new MalformedException(
              "output file \"" + path.substring(0, slash) + "\" is the parent of \"" + path + "\"");
        }
      }
    }
  }

  private static void checkOutput(String path, int depth) throws MalformedException {
    if (path.isEmpty()) {
      return; // The whole working directory (CMD-12).
    }
    if (path.startsWith("/") || path.endsWith("/") || path.contains("//")) {
      throw new MalformedException(
          "output path \"" + path + "\" is not relative or holds a slash too many");
    }
    depth("output path", path, depth);
  }

  /** Walks along the path and returns how many directories below the input root its end is. */
  private static int depth(String kind, String path, int start) throws MalformedException {
    if (path.indexOf('\0') >= 0) {
      throw new MalformedException(kind + " holds a NUL byte: " + start(path));
    }
    if (path.getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
      throw new MalformedException(
          kind + " is longer than " + MAX_PATH_BYTES + " bytes: " + start(path));
    }
    int depth = start;
    for (String segment : path.split("/", -1)) {
      if (segment.equals("..")) {
        depth--;
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        depth++;
      }
      if (depth < 0) {
        throw new MalformedException(kind + " \"" + path + "\" leaves the input root");
      }
      if (segment.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
        throw new MalformedException(
            kind + " has a segment longer than " + MAX_NAME_BYTES + " bytes: " + start(path));
      }
    }
    return depth;
  }
}
