// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.ActionResult;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a command left behind, as far as it was looked at. For one thread. */
final class Outputs {
  private static final int MAX_FAULTS = 20;

  /** Of the contents of small files, what is kept in memory until all are stored. */
  private static final long KEPT_BYTES = 4 << 20;

  /** Longer ones are better given to the store as they are. */
  private static final long SMALL_BYTES = 1 << 16;

  private final int maxEntries;
  private final Adoption adoption;
  private final ActionResult.Builder result = ActionResult.newBuilder();
  private final Map<Digest, Upload> uploads = new LinkedHashMap<>();
  private final List<Exception> faults = new ArrayList<>();
  private long keepable = KEPT_BYTES;
  private int entries;
  private int moreFaults;

  /**
   * @param maxEntries files, directories and links of which it can know
   * @param adoption to which files go later
   */
  Outputs(int maxEntries, Adoption adoption) {
    this.maxEntries = maxEntries;
    this.adoption = adoption;
  }

  Adoption adoption() {
    return adoption;
  }

  /** How many more of them there may be. */
  int room() {
    return maxEntries - entries;
  }

  /** The result's lists of outputs, to be added to. */
  ActionResult.Builder result() {
    return result;
  }

  void upload(Digest digest, Path file) {
    upload(digest, new Upload.FromFile(file, Optional.empty()));
  }

  /** Whether to keep a file of that size in memory, for which there is room then. */
  boolean keeps(long size) {
    if (size >= SMALL_BYTES || size > keepable) {
      return false;
    }
    keepable -= size;
    return true;
  }

  void upload(Digest digest, Upload upload) {
    uploads.putIfAbsent(digest, upload);
  }

  /**
   * Makes sure that so many more can be remembered.
   *
   * @throws io.grpc.StatusRuntimeException if not: they would fill the memory (fault 88)
   */
  void reserve(int more) {
    entries += more;
    if (entries > maxEntries) {
      throw Status.RESOURCE_EXHAUSTED
          .withDescription("the outputs are more than " + maxEntries + " files and directories")
          .asRuntimeException();
    }
  }

  /** Something is wrong with one output; the others are wanted all the same (WRK-21). */
  void fault(Exception fault) {
    if (faults.size() < MAX_FAULTS) {
      faults.add(fault);
    } else {
      moreFaults++;
    }
  }

  /** One output cannot be read. */
  void unreadable(String path, IOException why) {
    if (why instanceof AccessDeniedException) {
      fault(new MalformedException("output " + path + " cannot be read: no permission"));
    } else if (why instanceof MalformedException malformed) {
      fault(new MalformedException("output " + path + ": " + malformed.getMessage()));
    } else {
      // Nothing that the client does wrong: a process that we did not catch changes it, or the
      // disk fails. A retry may help.
      fault(new IOException("output " + path + " cannot be read: " + why, why));
    }
  }

  /** Every blob that the result names, each once. */
  Map<Digest, Upload> uploads() {
    return uploads;
  }

  /** In the order in which they were met; where there are many, the first ones and a count. */
  List<Exception> faults() {
    List<Exception> all = new ArrayList<>(faults);
    if (moreFaults > 0) {
      all.add(new MalformedException("and of " + moreFaults + " more outputs"));
    }
    return all;
  }
}
