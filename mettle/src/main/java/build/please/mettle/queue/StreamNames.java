// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

/**
 * By what names ByteStream.Read gives what an action prints while it runs (EXE-35); empty if it
 * does not.
 */
public record StreamNames(String stdout, String stderr) {
  public static final StreamNames NONE = new StreamNames("", "");
}
