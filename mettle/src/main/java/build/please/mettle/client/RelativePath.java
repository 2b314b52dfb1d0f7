// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cas.MalformedException;
import build.please.common.cli.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A path that stays below the directory to which it is relative, as far as its text goes. */
record RelativePath(List<String> segments) {
  RelativePath {
    segments = List.copyOf(segments);
  }

  /**
   * A path as somebody typed it: {@code ./a//b/} is {@code a/b}.
   *
   * @throws UsageException if it is absolute or holds {@code ..}
   */
  static RelativePath ofFlag(String flag, String value) {
    if (value.isEmpty() || value.startsWith("/")) {
      throw new UsageException(flag + " '" + value + "' is not a relative path");
    }
    List<String> segments = new ArrayList<>();
    for (String segment : value.split("/", -1)) {
      if (segment.equals("..")) {
        throw new UsageException(flag + " '" + value + "' holds '..', which is not allowed");
      }
      if (!segment.isEmpty() && !segment.equals(".")) {
        segments.add(segment);
      }
    }
    return new RelativePath(segments);
  }

  /**
   * A path as a server may send it: segments with single slashes between them (WRK-13). The empty
   * one is the directory itself.
   *
   * @throws MalformedException if it is anything else
   */
  static RelativePath ofServer(String path) throws MalformedException {
    RelativePath here = new RelativePath(List.of());
    if (path.isEmpty()) {
      return here;
    }
    for (String segment : path.split("/", -1)) {
      here = here.child(segment);
    }
    return here;
  }

  /**
   * The path of an entry of this directory.
   *
   * @throws MalformedException if the name is not a single segment (DIR-01)
   */
  RelativePath child(String name) throws MalformedException {
    if (name.isEmpty()
        || name.equals(".")
        || name.equals("..")
        || name.indexOf('/') >= 0
        || name.indexOf('\0') >= 0) {
      throw new MalformedException("the server names an output '" + this + "/" + name + "'");
    }
    List<String> longer = new ArrayList<>(segments);
    longer.add(name);
    return new RelativePath(longer);
  }

  Path in(Path directory) {
    Path path = directory;
    for (String segment : segments) {
      path = path.resolve(segment);
    }
    return path;
  }

  @Override
  public String toString() {
    return String.join("/", segments);
  }
}
