// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Failures for people, on one line. */
public final class OneLine {
  private OneLine() {}

  /** What went wrong; the class is named only where the message alone would say nothing. */
  public static String of(Throwable failure) {
    return of(text(failure));
  }

  /** The text with whatever could start a new line, or a terminal's escape, taken out. */
  static String of(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cntrl}", "?");
  }

  private static String text(Throwable failure) {
    if (failure instanceof FileSystemException e && e.getReason() == null) {
      // The message is the bare name of the file.
      return e.getFile() + ": " + reason(e);
    }
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
  }

  private static String reason(FileSystemException failure) {
    if (failure instanceof NoSuchFileException) {
      return "no such file or directory";
    } else if (failure instanceof AccessDeniedException) {
      return "permission denied";
    } else if (failure instanceof FileAlreadyExistsException) {
      return "exists already";
    } else if (failure instanceof NotDirectoryException) {
      return "not a directory";
    }
    return failure.getClass().getSimpleName();
  }
}
