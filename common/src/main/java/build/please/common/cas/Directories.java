// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.SymlinkNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * The rules that a {@link Directory} must keep before anybody creates files from it.
 *
 * <p>Only what protects the server is enforced: names, digests, one meaning per name. Order is not
 * (DIR-04).
 *
 * <p><b>One exception.</b> Please may send one name as a file <em>and</em> as a symlink, since it
 * joins the outputs of several targets and removes duplicates in each list alone. Such a Directory
 * is accepted, and everybody who creates it leaves the link out: the file has the content that both
 * stand for and cannot lead anywhere else. Every other duplicate is refused (DIR-02).
 */
public final class Directories {
  /** Bytes in a name, the limit of every Linux file system. */
  private static final int MAX_NAME_BYTES = 255;

  private Directories() {}

  /**
   * The Directory in a blob, checked.
   *
   * @throws MalformedException if the bytes are no Directory, or one that breaks a rule; the
   *     message names the digest
   */
  public static Directory parse(Digest digest, ByteString bytes) throws MalformedException {
    Directory directory;
    try {
      directory = Directory.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedException("blob " + digest + " is not a Directory: " + e.getMessage());
    }
    try {
      check(digest.function(), directory);
    } catch (MalformedException e) {
      throw new MalformedException("directory " + digest + ": " + e.getMessage());
    }
    return directory;
  }

  /**
   * Checks every name and digest in it; what its subdirectories hold is not looked at.
   *
   * @param function of the digests in it, which is that of its own (GEN-08)
   * @throws MalformedException naming the first thing that is wrong (DIR-01, DIR-02, GEN-03)
   */
  public static void check(HashFunction function, Directory directory) throws MalformedException {
    Set<String> files = new HashSet<>();
    for (FileNode file : directory.getFilesList()) {
      checkName(file.getName());
      claim(file.getName(), files);
      checkDigest(function, file.getName(), file.getDigest());
    }
    Set<String> directories = new HashSet<>();
    for (DirectoryNode child : directory.getDirectoriesList()) {
      checkName(child.getName());
      claim(child.getName(), directories);
      checkFree(child.getName(), files);
      checkDigest(function, child.getName(), child.getDigest());
    }
    Set<String> links = new HashSet<>();
    for (SymlinkNode link : directory.getSymlinksList()) {
      checkName(link.getName());
      claim(link.getName(), links);
      checkFree(link.getName(), directories);
      if (link.getTarget().isEmpty() || link.getTarget().indexOf('\0') >= 0) {
        throw new MalformedException(
            "symlink "
                + quote(link.getName())
                + " has no usable target: "
                + quote(link.getTarget()));
      }
    }
  }

  private static void checkName(String name) throws MalformedException {
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw new MalformedException("name " + quote(name) + " is not allowed");
    }
    if (name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
      throw new MalformedException("name " + quote(name) + " is not a single path segment");
    }
    // A character takes at least one byte, so that only long names are encoded to be measured.
    if (name.length() > MAX_NAME_BYTES / 4
        && name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
      throw new MalformedException(
          "name " + quote(name) + " is longer than " + MAX_NAME_BYTES + " bytes");
    }
  }

  private static void claim(String name, Set<String> taken) throws MalformedException {
    if (!taken.add(name)) {
      throw twice(name);
    }
  }

  private static void checkFree(String name, Set<String> taken) throws MalformedException {
    if (taken.contains(name)) {
      throw twice(name);
    }
  }

  private static MalformedException twice(String name) {
    return new MalformedException("name " + quote(name) + " occurs twice");
  }

  private static void checkDigest(
      HashFunction function, String name, build.please.proto.execution.Digest digest)
      throws MalformedException {
    try {
      Digest.parse(function, digest);
    } catch (MalformedException e) {
      throw new MalformedException(quote(name) + ": " + e.getMessage());
    }
  }

  /** The name as one readable word: a name from outside must not add lines to a log. */
  private static String quote(String name) {
    StringBuilder quoted = new StringBuilder("\"");
    name.codePoints()
        .limit(300)
        .forEach(
            c -> {
              if (Character.isISOControl(c)) {
                quoted.append(String.format("\\u%04x", c));
              } else {
                quoted.appendCodePoint(c);
              }
            });
    return quoted.append('"').toString();
  }
}
