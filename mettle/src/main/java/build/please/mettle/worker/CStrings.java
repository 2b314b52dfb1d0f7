// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A list of strings as C wants it: an array of pointers that ends with a null, in memory that is
 * freed on {@link #close}. The bytes are UTF-8, whatever locale Java was started in.
 */
final class CStrings implements AutoCloseable {
  private final Memory memory;

  CStrings(List<String> strings) {
    List<byte[]> encoded = new ArrayList<>(strings.size());
    long pointerBytes = (strings.size() + 1L) * Native.POINTER_SIZE;
    long bytes = pointerBytes;
    for (String string : strings) {
      byte[] utf8 = string.getBytes(StandardCharsets.UTF_8);
      encoded.add(utf8);
      bytes += utf8.length + 1;
    }
    memory = new Memory(bytes);
    long pointer = 0;
    long text = pointerBytes;
    for (byte[] utf8 : encoded) {
      memory.setPointer(pointer, memory.share(text));
      memory.write(text, utf8, 0, utf8.length);
      memory.setByte(text + utf8.length, (byte) 0);
      pointer += Native.POINTER_SIZE;
      text += utf8.length + 1;
    }
    memory.setPointer(pointer, Pointer.NULL);
  }

  /** Valid until {@link #close}. */
  Pointer pointers() {
    return memory;
  }

  @Override
  public void close() {
    memory.close();
  }

  /** One string, which the caller frees. */
  static Memory terminated(byte[] text) {
    Memory memory = new Memory(text.length + 1L);
    memory.write(0, text, 0, text.length);
    memory.setByte(text.length, (byte) 0);
    return memory;
  }
}
