// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.SymlinkNode;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import com.google.protobuf.ByteString;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes {@link Pack}s of output directories, the same bytes for equal directories: in each of them
 * links, then files, then directories, in the order of their names, all of one time and of nobody
 * (clients.md, A.6). For one thread, and one run.
 */
final class PackMaker implements Packer {
  private static final Logger log = LoggerFactory.getLogger(PackMaker.class);

  private static final FileTime TIME = FileTime.from(Instant.parse("2000-01-01T00:00:00Z"));
  private static final int NOBODY = 65534;

  private final Path place;
  private int count;

  /**
   * @param place a directory for files that are wanted until the outputs are stored
   */
  PackMaker(Path place) {
    this.place = place;
  }

  /** A directory of which none can be made goes without. */
  @Override
  public ByteString pack(Digest root, Map<Digest, ByteString> directories, Outputs outputs) {
    ByteString plain = directories.getOrDefault(root, ByteString.EMPTY);
    try {
      Digest pack = make(root, directories, outputs);
      return Pack.named(Directory.parseFrom(plain), pack).toByteString();
    } catch (IOException e) {
      log.warn("an output directory goes without a pack: {}", e.toString());
      return plain;
    }
  }

  private Digest make(Digest root, Map<Digest, ByteString> directories, Outputs outputs)
      throws IOException {
    Path file = place.resolve("pack-" + count++);
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(
            new ZstdOutputStreamNoFinalizer(
                new BufferedOutputStream(
                    Files.newOutputStream(
                        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))),
            StandardCharsets.UTF_8.name())) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setAddPaxHeadersForNonAsciiNames(true);
      new Content(tar, directories, outputs).add(root, "");
    }
    Digest pack = Digest.of(file);
    outputs.upload(pack, file);
    return pack;
  }

  /** What goes into one pack. */
  private record Content(
      TarArchiveOutputStream tar, Map<Digest, ByteString> directories, Outputs outputs) {
    /** As deep as the tree, which {@link OutputTree} bounds. */
    void add(Digest digest, String prefix) throws IOException {
      Directory directory = Directory.parseFrom(directories.getOrDefault(digest, ByteString.EMPTY));
      for (SymlinkNode link : directory.getSymlinksList()) {
        TarArchiveEntry entry =
            new TarArchiveEntry(prefix + link.getName(), TarConstants.LF_SYMLINK);
        entry.setLinkName(link.getTarget());
        put(entry, FileMode.EXECUTABLE);
        tar.closeArchiveEntry();
      }
      for (FileNode file : directory.getFilesList()) {
        Digest content = Digest.parse(file.getDigest());
        TarArchiveEntry entry =
            new TarArchiveEntry(prefix + file.getName(), TarConstants.LF_NORMAL);
        entry.setSize(content.size());
        put(entry, FileMode.of(file.getIsExecutable()));
        try (InputStream in = OutputUploader.open(content, outputs.uploads())) {
          in.transferTo(tar);
        }
        tar.closeArchiveEntry();
      }
      for (DirectoryNode child : directory.getDirectoriesList()) {
        String path = prefix + child.getName() + "/";
        put(new TarArchiveEntry(path, TarConstants.LF_DIR), FileMode.EXECUTABLE);
        tar.closeArchiveEntry();
        add(Digest.parse(child.getDigest()), path);
      }
    }

    private void put(TarArchiveEntry entry, FileMode mode) throws IOException {
      entry.setMode(mode.bits());
      entry.setLastModifiedTime(TIME);
      entry.setUserId(NOBODY);
      entry.setGroupId(NOBODY);
      entry.setUserName("nobody");
      entry.setGroupName("nobody");
      tar.putArchiveEntry(entry);
    }
  }
}
