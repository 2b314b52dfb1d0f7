// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/**
 * What a file's inode looked like at one moment. Two equal stamps mean that nobody has written to
 * the file meanwhile, unless he put its time back. How many names it has, and when that changed
 * ({@code ctime}), is no part of it, since links come and go.
 *
 * @param device and {@code inode} say which file it is
 * @param modifiedNanos since the epoch
 * @param mode its type and permissions, as in C
 */
public record FileStamp(
    long device, long inode, long size, long modifiedNanos, int mode, int owner, int group) {
  private static final String ATTRIBUTES = "unix:dev,ino,size,lastModifiedTime,mode,uid,gid";
  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;

  /**
   * Of the file itself, not of what it may link to.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  public static FileStamp of(Path path) throws IOException {
    Map<String, Object> found = Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    return new FileStamp(
        number(found, "dev"),
        number(found, "ino"),
        number(found, "size"),
        found.get("lastModifiedTime") instanceof FileTime time ? time.to(NANOSECONDS) : 0,
        (int) number(found, "mode"),
        (int) number(found, "uid"),
        (int) number(found, "gid"));
  }

  private static long number(Map<String, Object> found, String name) {
    if (found.get(name) instanceof Number number) {
      return number.longValue();
    }
    throw new UnsupportedOperationException("this system tells no " + name + " of a file");
  }

  /** The same with other permissions, as after chmod. */
  public FileStamp withPermissions(int permissions) {
    return new FileStamp(
        device, inode, size, modifiedNanos, (mode & ~07777) | permissions, owner, group);
  }

  /** Whether both are of one file, changed or not. */
  public boolean isSameFile(FileStamp other) {
    return device == other.device && inode == other.inode;
  }

  public boolean isRegularFile() {
    return (mode & TYPE) == REGULAR;
  }

  /** The permissions, set-id bits included. */
  public int permissions() {
    return mode & 07777;
  }
}
