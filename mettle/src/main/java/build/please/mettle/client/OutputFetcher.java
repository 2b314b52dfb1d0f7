// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.OutputSymlink;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Brings the outputs of an action from a store into a local directory. */
final class OutputFetcher {
  /** Files above this are fetched one by one, those below together. */
  private static final long SMALL = 1024 * 1024;

  /** Bytes of small files in memory at a time. */
  private static final long BATCH = 4_000_000;

  private final BlobStore blobs;
  private final OutputDirectory directory;

  OutputFetcher(BlobStore blobs, OutputDirectory directory) {
    this.blobs = blobs;
    this.directory = directory;
  }

  /**
   * Puts files, directories and links where the result says. What exists is replaced, except that
   * directories keep what else is in them. Blocks until all is there.
   *
   * @return the paths of the result's outputs, sorted
   * @throws IOException if a blob cannot be had, or a path leads out of the directory or through a
   *     symlink; some outputs may be in place
   */
  Set<String> fetch(ActionResult result) throws IOException {
    Set<String> paths = new TreeSet<>();
    OutputPlan plan = new OutputPlan();
    for (OutputFile file : result.getOutputFilesList()) {
      paths.add(file.getPath());
      Digest digest = Digest.parse(file.getDigest());
      RelativePath path = RelativePath.ofServer(file.getPath());
      plan.addFile(path, digest, file.getIsExecutable(), file.getContents());
    }
    for (build.please.proto.execution.OutputDirectory tree : result.getOutputDirectoriesList()) {
      paths.add(tree.getPath());
      Digest digest = Digest.parse(tree.getTreeDigest());
      plan.addTree(RelativePath.ofServer(tree.getPath()), all(List.of(digest)).get(0));
    }
    for (OutputSymlink link : links(result)) {
      paths.add(link.getPath());
      plan.addLink(RelativePath.ofServer(link.getPath()), link.getTarget());
    }
    put(plan);
    return paths;
  }

  /** Older servers fill only the older lists (WRK-16). */
  @SuppressWarnings("deprecation")
  private static List<OutputSymlink> links(ActionResult result) {
    List<OutputSymlink> links = new ArrayList<>(result.getOutputFileSymlinksList());
    links.addAll(result.getOutputDirectorySymlinksList());
    links.addAll(result.getOutputSymlinksList());
    return links;
  }

  private void put(OutputPlan plan) throws IOException {
    for (RelativePath path : plan.directories()) {
      directory.directory(path);
    }
    List<OutputPlan.File> batch = new ArrayList<>();
    long bytes = 0;
    for (OutputPlan.File file : plan.files()) {
      if (file.digest().size() > SMALL) {
        directory.file(file.path(), file.mode(), out -> copy(file.digest(), out));
        continue;
      }
      if (bytes + file.digest().size() > BATCH) {
        putAll(batch);
        batch.clear();
        bytes = 0;
      }
      batch.add(file);
      bytes += file.digest().size();
    }
    putAll(batch);
    for (Map.Entry<RelativePath, String> link : plan.links().entrySet()) {
      directory.link(link.getKey(), link.getValue());
    }
  }

  private void putAll(List<OutputPlan.File> files) throws IOException {
    List<Digest> wanted = new ArrayList<>();
    for (OutputPlan.File file : files) {
      if (!isInline(file)) {
        wanted.add(file.digest());
      }
    }
    int next = 0;
    List<ByteString> found = all(wanted);
    for (OutputPlan.File file : files) {
      ByteString content = isInline(file) ? file.inline() : found.get(next++);
      directory.file(file.path(), file.mode(), content::writeTo);
    }
  }

  /** Bytes that came with the result are taken if they are the right ones. */
  private static boolean isInline(OutputPlan.File file) {
    return !file.inline().isEmpty() && Digest.of(file.inline()).equals(file.digest());
  }

  /** Each blob, in the order asked for. */
  private List<ByteString> all(List<Digest> digests) throws IOException {
    Map<Digest, ByteString> found = blobs.readAll(digests);
    List<Digest> absent = new ArrayList<>();
    List<ByteString> all = new ArrayList<>();
    for (Digest digest : digests) {
      ByteString blob = found.get(digest);
      if (blob == null) {
        absent.add(digest);
      } else {
        all.add(blob);
      }
    }
    if (!absent.isEmpty()) {
      throw new BlobNotFoundException(absent);
    }
    return all;
  }

  private void copy(Digest digest, OutputStream out) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    try (InputStream in = blobs.read(digest, Encoding.IDENTITY, 0)) {
      for (int n; (n = in.read(buffer)) >= 0; ) {
        out.write(buffer, 0, n);
      }
    }
  }
}
