// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cas.Digest;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.SymlinkNode;
import build.please.proto.execution.Tree;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is to be put where, flat. Links are kept apart, since they come last (DIR-11). */
final class OutputPlan {
  /** A file to fetch; {@code inline} may hold its bytes already. */
  record File(RelativePath path, Digest digest, OutputDirectory.Mode mode, ByteString inline) {}

  private final List<RelativePath> directories = new ArrayList<>();
  private final List<File> files = new ArrayList<>();
  private final Map<RelativePath, String> links = new LinkedHashMap<>();

  List<RelativePath> directories() {
    return directories;
  }

  List<File> files() {
    return files;
  }

  Map<RelativePath, String> links() {
    return links;
  }

  void addFile(RelativePath path, Digest digest, boolean executable, ByteString inline) {
    OutputDirectory.Mode mode =
        executable ? OutputDirectory.Mode.EXECUTABLE : OutputDirectory.Mode.PLAIN;
    files.add(new File(path, digest, mode, inline));
  }

  void addLink(RelativePath path, String destination) {
    links.put(path, destination);
  }

  /**
   * Adds a directory with all that is in it.
   *
   * @param tree an encoded Tree
   * @throws IOException if it is none, lacks a directory or holds a name that leads elsewhere
   */
  void addTree(RelativePath path, ByteString tree) throws IOException {
    // Children are found by the digest of the bytes that came, which another encoder may have
    // ordered otherwise (GEN-13); hence not by parsing a Tree.
    ByteString root = ByteString.EMPTY;
    Map<Digest, ByteString> children = new HashMap<>();
    CodedInputStream in = tree.newCodedInput();
    for (int tag; (tag = in.readTag()) != 0; ) {
      if (tag == tag(Tree.ROOT_FIELD_NUMBER)) {
        root = in.readBytes();
      } else if (tag == tag(Tree.CHILDREN_FIELD_NUMBER)) {
        ByteString child = in.readBytes();
        children.put(Digest.of(child), child);
      } else {
        in.skipField(tag);
      }
    }
    addDirectory(path, root, children);
  }

  private void addDirectory(RelativePath path, ByteString bytes, Map<Digest, ByteString> known)
      throws IOException {
    Directory directory = Directory.parseFrom(bytes);
    directories.add(path);
    for (FileNode file : directory.getFilesList()) {
      Digest digest = Digest.parse(file.getDigest());
      addFile(path.child(file.getName()), digest, file.getIsExecutable(), ByteString.EMPTY);
    }
    for (SymlinkNode link : directory.getSymlinksList()) {
      addLink(path.child(link.getName()), link.getTarget());
    }
    for (DirectoryNode node : directory.getDirectoriesList()) {
      RelativePath child = path.child(node.getName());
      Digest digest = Digest.parse(node.getDigest());
      ByteString next = digest.isEmpty() ? ByteString.EMPTY : known.get(digest);
      if (next == null) {
        throw new IOException("the server's tree of " + path + " lacks directory " + child);
      }
      addDirectory(child, next, known);
    }
  }

  private static int tag(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }
}
