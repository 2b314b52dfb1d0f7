// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.SymlinkNode;
import com.google.protobuf.ByteString;
import java.util.TreeMap;

/** An input root in the making. */
final class InputTree {
  private final Directory.Builder directory = Directory.newBuilder();
  private final TreeMap<String, InputTree> children = new TreeMap<>();
  private final TreeMap<String, ByteString> contents = new TreeMap<>();

  InputTree file(String path, String content) {
    return file(path, ByteString.copyFromUtf8(content), false);
  }

  InputTree script(String path, String content) {
    return file(path, ByteString.copyFromUtf8(content), true);
  }

  private InputTree file(String path, ByteString content, boolean executable) {
    InputTree parent = parent(path);
    String name = name(path);
    parent.contents.put(name, content);
    parent.directory.addFiles(
        FileNode.newBuilder()
            .setName(name)
            .setDigest(Digest.of(content).toProto())
            .setIsExecutable(executable));
    return this;
  }

  InputTree link(String path, String target) {
    parent(path)
        .directory
        .addSymlinks(SymlinkNode.newBuilder().setName(name(path)).setTarget(target));
    return this;
  }

  InputTree directory(String path) {
    parent(path + "/.");
    return this;
  }

  /** The message of a directory in the tree, to be changed at will. */
  Directory.Builder message(String path) {
    return path.isEmpty() ? directory : parent(path + "/.").directory;
  }

  /** Stores everything and returns the root. */
  Digest store(MapBlobStore blobs) {
    contents.values().forEach(blobs::put);
    Directory.Builder whole = directory.clone();
    children.forEach(
        (name, child) ->
            whole.addDirectories(
                DirectoryNode.newBuilder().setName(name).setDigest(child.store(blobs).toProto())));
    return blobs.put(whole.build());
  }

  private InputTree parent(String path) {
    int slash = path.indexOf('/');
    return slash < 0
        ? this
        : children
            .computeIfAbsent(path.substring(0, slash), name -> new InputTree())
            .parent(path.substring(slash + 1));
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
