// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A file that tells the next server which objects were in use and which must stay: a line {@code
 * USED KEPT_UNTIL KEY} for each change, times in seconds since 1970, the last line of a key counts.
 *
 * <p>A killed process loses nothing of it; after a power cut the last lines may be missing. Safe
 * for concurrent use.
 */
final class UseJournal implements Closeable {
  /** Bytes below which it is not worth writing it anew. */
  private static final long SMALL = 16 << 20;

  private final Path file;

  @GuardedBy("this")
  private FileChannel out;

  @GuardedBy("this")
  private long sizeWhenNew;

  // Where the lines begin that others() has not looked at, and how many bytes of these are ours.
  @GuardedBy("this")
  private long heard;

  @GuardedBy("this")
  private long own;

  // The file before it was rewritten, to which another process may just have added a line.
  @GuardedBy("this")
  private @Nullable FileChannel old;

  @GuardedBy("this")
  private long oldHeard;

  private UseJournal(Path file, FileChannel out, long size) {
    this.file = file;
    this.out = out;
    this.sizeWhenNew = size;
    this.heard = size;
    this.own = 1;
  }

  /** Opens the journal, which goes on where it ended. */
  static UseJournal open(Path file) throws IOException {
    FileChannel out = append(file);
    try {
      long size = out.size();
      // A line that was torn must not run into the next one.
      out.write(ByteBuffer.wrap(new byte[] {'\n'}));
      return new UseJournal(file, out, size);
    } catch (IOException | RuntimeException e) {
      out.close();
      throw e;
    }
  }

  private static FileChannel append(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static FileChannel reading(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  /** Hands over what it says, in the order in which it was written. Lines that are none are not. */
  void read(Consumer<Note> reader) throws IOException {
    // Torn bytes may be no UTF-8; this charset takes any.
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      for (String line; (line = lines.readLine()) != null; ) {
        parse(line, reader);
      }
    } catch (NoSuchFileException none) {
      // Nothing is known.
    }
  }

  private static void parse(String line, Consumer<Note> reader) {
    int first = line.indexOf(' ');
    int second = line.indexOf(' ', first + 1);
    if (first <= 0 || second < 0 || second + 1 == line.length()) {
      return;
    }
    long used;
    long keptUntil;
    try {
      used = Long.parseLong(line, 0, first, 10);
      keptUntil = Long.parseLong(line, first + 1, second, 10);
    } catch (NumberFormatException torn) {
      return;
    }
    reader.accept(new Note(line.substring(second + 1), used, keptUntil));
  }

  /** Adds lines, all or none of which a killed process leaves. Blocks for one write. */
  synchronized void add(List<Note> notes) throws IOException {
    own += write(out, notes);
  }

  /** As {@link #add}, in a process that does not own the store. */
  void addForOwner(List<Note> notes) throws IOException {
    // Opened each time, since the owner may have put another file in its place.
    try (FileChannel channel = append(file)) {
      write(channel, notes);
    }
  }

  private static int write(FileChannel channel, List<Note> notes) throws IOException {
    if (notes.isEmpty()) {
      return 0;
    }
    StringBuilder lines = new StringBuilder(notes.size() * 100);
    notes.forEach(note -> appendLine(lines, note));
    ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.ISO_8859_1));
    int length = bytes.remaining();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    return length;
  }

  /** The lines that were added since the last call, if others than this process added any. */
  synchronized List<Note> others() throws IOException {
    List<Note> notes = new ArrayList<>();
    if (old != null && old.size() > oldHeard) {
      oldHeard += read(old, oldHeard, notes::add);
    }
    if (out.size() != heard + own) {
      try (FileChannel in = reading(file)) {
        heard += read(in, heard, notes::add);
        own = 0;
      }
    }
    return notes;
  }

  /** Reads whole lines from a place on, and says how many bytes they have. */
  private static int read(FileChannel in, long start, Consumer<Note> reader) throws IOException {
    int length = (int) Math.min(in.size() - start, Integer.MAX_VALUE / 4);
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && in.read(bytes, start + bytes.position()) >= 0) {}
    String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
    int end = text.lastIndexOf('\n') + 1;
    text.substring(0, end).lines().forEach(line -> parse(line, reader));
    return end;
  }

  /** Whether most of it is probably out of date. */
  synchronized boolean isLong() throws IOException {
    return out.size() > Math.max(SMALL, 2 * sizeWhenNew);
  }

  /**
   * Puts notes in the place of all lines. Blocks for as long as that takes, as does who wants to
   * add some.
   *
   * @param all asked once nobody can add a line, so that none is lost that it does not know
   */
  synchronized void rewrite(Supplier<Iterator<Note>> all) throws IOException {
    Iterator<Note> notes = all.get();
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (BufferedWriter writer = Files.newBufferedWriter(fresh, StandardCharsets.ISO_8859_1)) {
      StringBuilder line = new StringBuilder(100);
      while (notes.hasNext()) {
        line.setLength(0);
        appendLine(line, notes.next());
        writer.append(line);
      }
    }
    if (old != null) {
      old.close();
    }
    old = reading(file);
    oldHeard = heard;
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    out.close();
    out = append(file);
    sizeWhenNew = out.size();
    heard = sizeWhenNew;
    own = 0;
  }

  private static void appendLine(StringBuilder lines, Note note) {
    lines
        .append(note.used())
        .append(' ')
        .append(note.keptUntil())
        .append(' ')
        .append(note.key())
        .append('\n');
  }

  @Override
  public synchronized void close() throws IOException {
    if (old != null) {
      old.close();
    }
    out.close();
  }
}
