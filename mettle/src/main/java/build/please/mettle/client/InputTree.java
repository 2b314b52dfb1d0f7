// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cas.Digest;
import build.please.common.cas.remote.BlobSource;
import build.please.common.cli.UsageException;
import build.please.proto.execution.Directory;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The input root of an action: some files and directories of a local directory, at the same places.
 *
 * <p>Links are taken as links, wherever they lead; executable is what its owner may execute. Files
 * must not change until they are uploaded.
 */
final class InputTree {
  /** What stands at a name. */
  private sealed interface Node {
    record File(Digest digest, boolean executable) implements Node {}

    record Link(String target) implements Node {}

    record Folder(Map<String, Node> children) implements Node {
      Folder() {
        this(new TreeMap<>(Utf8Order.INSTANCE));
      }
    }
  }

  private final Map<Digest, BlobSource> blobs = new HashMap<>();
  private final Digest root;

  private InputTree(Path directory, List<String> inputs) throws IOException {
    Node.Folder folder = new Node.Folder();
    for (String input : inputs) {
      add(folder, directory, input);
    }
    this.root = encode(folder);
  }

  /**
   * Reads and hashes the inputs; blocks for that.
   *
   * @param inputs paths relative to the directory; {@code .} is all of it
   * @throws UsageException if one is absolute, holds {@code ..}, does not exist, or is no file,
   *     directory or link
   * @throws IOException if one cannot be read
   */
  static InputTree of(Path directory, List<String> inputs) throws IOException {
    return new InputTree(directory, inputs);
  }

  /** The digest of the root directory. */
  Digest root() {
    return root;
  }

  /** Every blob of the tree: the directories, the root among them, and the files. */
  Map<Digest, BlobSource> blobs() {
    return Map.copyOf(blobs);
  }

  private void add(Node.Folder top, Path directory, String input) throws IOException {
    RelativePath path = RelativePath.ofFlag("--input", input);
    try {
      if (path.segments().isEmpty()) {
        addAll(top, directory, input);
        return;
      }
      Node.Folder folder = top;
      int last = path.segments().size() - 1;
      for (String segment : path.segments().subList(0, last)) {
        folder = subfolder(folder, segment, input);
      }
      add(folder, path.segments().get(last), path.in(directory), input);
    } catch (NoSuchFileException e) {
      throw new UsageException("--input '" + input + "' does not exist");
    } catch (FileSystemException e) {
      throw new UsageException("--input '" + input + "' cannot be read: " + e.getMessage());
    } catch (InvalidPathException e) {
      throw new UsageException("--input '" + input + "' is no path in this locale");
    }
  }

  private void add(Node.Folder folder, String name, Path file, String input) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isDirectory()) {
      addAll(subfolder(folder, name, input), file, input);
      return;
    }
    Node node;
    if (attributes.isSymbolicLink()) {
      node = new Node.Link(Files.readSymbolicLink(file).toString());
    } else if (attributes.isRegularFile()) {
      Digest digest = Digest.of(file);
      blobs.put(digest, new BlobSource.File(file));
      boolean executable = attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE);
      node = new Node.File(digest, executable);
    } else {
      throw new UsageException(
          "--input '" + input + "': " + file + " is no file, directory or link");
    }
    Node before = folder.children().put(name, node);
    if (before instanceof Node.Folder) {
      throw clash(input, name);
    }
  }

  private void addAll(Node.Folder folder, Path directory, String input) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        add(folder, entry.getFileName().toString(), entry, input);
      }
    }
  }

  private static Node.Folder subfolder(Node.Folder folder, String name, String input) {
    Node node = folder.children().computeIfAbsent(name, absent -> new Node.Folder());
    if (node instanceof Node.Folder subfolder) {
      return subfolder;
    }
    throw clash(input, name);
  }

  private static UsageException clash(String input, String name) {
    return new UsageException(
        "--input '"
            + input
            + "' needs '"
            + name
            + "' as a directory, another one as a file or link");
  }

  private Digest encode(Node.Folder folder) {
    Directory.Builder directory = Directory.newBuilder();
    folder
        .children()
        .forEach(
            (name, node) -> {
              if (node instanceof Node.File file) {
                directory
                    .addFilesBuilder()
                    .setName(name)
                    .setDigest(file.digest().toProto())
                    .setIsExecutable(file.executable());
              } else if (node instanceof Node.Link link) {
                directory.addSymlinksBuilder().setName(name).setTarget(link.target());
              } else if (node instanceof Node.Folder subfolder) {
                directory
                    .addDirectoriesBuilder()
                    .setName(name)
                    .setDigest(encode(subfolder).toProto());
              }
            });
    ByteString bytes = directory.build().toByteString();
    Digest digest = Digest.of(bytes);
    blobs.put(digest, new BlobSource.Bytes(bytes));
    return digest;
  }
}
