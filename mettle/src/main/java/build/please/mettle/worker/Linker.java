// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts files under further names: as hard links where that is wished and possible, else as copies.
 * Safe for concurrent use.
 *
 * <p>A link is refused between file systems (EXDEV), at the limit of names for one file (EMLINK; 65
 * 000 on ext4), and where the kernel protects files of other owners (EPERM). Java has no types for
 * these, and none of them is worth another reaction than a copy.
 */
final class Linker {
  private static final Logger log = LoggerFactory.getLogger(Linker.class);

  /** Makes a hard link. */
  @FunctionalInterface
  interface HardLink {
    void make(Path link, Path existing) throws IOException;
  }

  /** Makes a file that shares its blocks with another. */
  @FunctionalInterface
  interface Clone {
    /** Says no if that is not possible; there is then no file. */
    boolean make(Path source, Path target) throws IOException;
  }

  private final LinkMode mode;
  private final HardLink hardLink;
  private final Clone clone;
  private final AtomicBoolean warned = new AtomicBoolean();

  Linker(LinkMode mode, HardLink hardLink, Clone clone) {
    this.mode = mode;
    this.hardLink = hardLink;
    this.clone = clone;
  }

  /**
   * With the means of this machine.
   *
   * @param fileNames how names are encoded
   */
  static Linker of(LinkMode mode, Charset fileNames) {
    return new Linker(mode, Files::createLink, new Reflink(fileNames)::tryClone);
  }

  /**
   * Makes {@code target} a file like {@code source}, with that mode.
   *
   * @return whether both are now the same file
   * @throws NoSuchFileException if there is no source, or no directory for the target
   */
  boolean link(Path source, Path target, FileMode fileMode) throws IOException {
    if (mode == LinkMode.HARD && tryHardLink(source, target)) {
      return true;
    }
    copy(source, target);
    Files.setPosixFilePermissions(target, fileMode.permissions());
    return false;
  }

  private boolean tryHardLink(Path source, Path target) throws IOException {
    try {
      hardLink.make(target, source);
      return true;
    } catch (NoSuchFileException | FileAlreadyExistsException e) {
      throw e;
    } catch (FileSystemException e) {
      if (!warned.getAndSet(true)) {
        log.warn("inputs are copied where they cannot be linked: {}", e.toString());
      }
      return false;
    }
  }

  /**
   * Makes a copy, which belongs to nobody else. Its mode is for the caller to set.
   *
   * @throws IOException if it cannot be made; part of it may be there
   */
  void copy(Path source, Path target) throws IOException {
    if (mode != LinkMode.NEVER && clone.make(source, target)) {
      return;
    }
    try (FileChannel in = FileChannel.open(source, StandardOpenOption.READ);
        FileChannel out =
            FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long size = in.size();
      for (long done = 0; done < size; ) {
        long n = in.transferTo(done, size - done, out);
        if (n == 0) {
          throw new EOFException("became shorter while it was copied: " + source);
        }
        done += n;
      }
    }
  }
}
