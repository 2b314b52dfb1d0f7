// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.nio.file.Path;

/** What stands between a command and the machine. */
public sealed interface Sandbox {
  /** Nothing. */
  record None() implements Sandbox {}

  /**
   * Namespaces of its own for users, mounts, processes, IPC and, unless it asks for more, networks:
   * all is read-only to the command but its input root and a {@code /tmp} that it has for itself.
   *
   * @param bubblewrap the program that makes them
   */
  record Namespaces(Path bubblewrap) implements Sandbox {}

  /**
   * The same namespaces, made by two programs of util-linux and a shell script.
   *
   * @param unshare makes them
   * @param setpriv takes privileges away
   */
  record Unshared(Path unshare, Path setpriv) implements Sandbox {}

  /**
   * A program that is put before the command's arguments, as the reference does.
   *
   * @param program absolute
   */
  record Tool(Path program) implements Sandbox {}
}
