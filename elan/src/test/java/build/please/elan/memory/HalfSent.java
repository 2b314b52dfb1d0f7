// SPDX-License-Identifier: Apache-2.0
package build.please.elan.memory;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One HTTP/2 connection with many Write calls, each of which announces a large message and sends
 * only the begin of it, as far as the server lets it. No client library does that.
 */
final class HalfSent implements AutoCloseable {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int WINDOW_UPDATE = 8;
  private static final int ACK = 1;
  private static final int END_STREAM = 1;
  private static final int INITIAL_WINDOW = 4;
  private static final int FRAME = 16 << 10;

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final int declared;
  private final int part;
  private final Map<Integer, Call> calls = new HashMap<>();
  private final CountDownLatch settled = new CountDownLatch(1);
  private final AtomicInteger ended = new AtomicInteger();
  private long connectionWindow = 65_535;

  private static final class Call {
    long window;
    int sent;

    Call(long window) {
      this.window = window;
    }
  }

  /**
   * Sends what the server takes at once; what it takes later goes on in the background.
   *
   * @param declared length of each message
   * @param part bytes of each that are ever sent
   */
  static HalfSent open(String address, int count, int declared, int part)
      throws IOException, InterruptedException {
    int colon = address.lastIndexOf(':');
    Socket socket =
        new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    HalfSent sender = new HalfSent(socket, declared, part);
    sender.begin(count);
    return sender;
  }

  private HalfSent(Socket socket, int declared, int part) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
    this.out = new DataOutputStream(socket.getOutputStream());
    this.declared = declared;
    this.part = part;
  }

  private void begin(int count) throws IOException, InterruptedException {
    out.write(PREFACE);
    frame(SETTINGS, 0, 0, new byte[0]);
    // The server's settings say how much a stream may send.
    int window = awaitSettings();
    synchronized (calls) {
      for (int i = 0; i < count; i++) {
        int stream = 2 * i + 1;
        frame(HEADERS, 4, stream, headers());
        Call call = new Call(window);
        calls.put(stream, call);
        go(stream, call);
      }
    }
    Thread listener = new Thread(this::listen, "half-sent");
    listener.setDaemon(true);
    listener.start();
    settled.await();
  }

  private int awaitSettings() throws IOException {
    int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
    int type = in.readUnsignedByte();
    in.skipNBytes(5);
    if (type != SETTINGS) {
      throw new IOException("the server did not begin with its settings");
    }
    int window = 65_535;
    for (int i = 0; i < length / 6; i++) {
      int id = in.readUnsignedShort();
      int value = in.readInt();
      window = id == INITIAL_WINDOW ? value : window;
    }
    frame(SETTINGS, ACK, 0, new byte[0]);
    return window;
  }

  private void listen() {
    settled.countDown();
    try {
      while (true) {
        int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        if (type == WINDOW_UPDATE) {
          grow(stream, in.readInt());
          continue;
        }
        in.skipNBytes(length);
        if (type == RESET || (type == HEADERS && (flags & END_STREAM) != 0)) {
          ended.incrementAndGet();
          synchronized (calls) {
            calls.remove(stream);
          }
        }
      }
    } catch (SocketException closed) {
      // By the test, or by a server that had enough.
    } catch (IOException e) {
      // As well.
    }
  }

  private void grow(int stream, int bytes) throws IOException {
    synchronized (calls) {
      if (stream == 0) {
        connectionWindow += bytes;
        for (Map.Entry<Integer, Call> call : calls.entrySet()) {
          go(call.getKey(), call.getValue());
        }
        return;
      }
      Call call = calls.get(stream);
      if (call != null) {
        call.window += bytes;
        go(stream, call);
      }
    }
  }

  private void go(int stream, Call call) throws IOException {
    while (call.sent < part) {
      long most = Math.min(Math.min(call.window, connectionWindow), FRAME);
      int length = (int) Math.min(most, part - call.sent);
      if (length < Math.min(5, part - call.sent)) {
        return;
      }
      byte[] bytes = new byte[length];
      if (call.sent == 0) {
        ByteBuffer.wrap(bytes).put((byte) 0).putInt(declared);
      }
      frame(DATA, 0, stream, bytes);
      call.sent += length;
      call.window -= length;
      connectionWindow -= length;
    }
  }

  private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
    frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
    out.write(frame.array());
  }

  private static byte[] headers() throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", "/google.bytestream.ByteStream/Write");
    header(block, ":authority", "localhost");
    header(block, "content-type", "application/grpc");
    header(block, "te", "trailers");
    return block.toByteArray();
  }

  /** Plain, and not remembered by the other side. */
  private static void header(ByteArrayOutputStream block, String name, String value)
      throws IOException {
    block.write(0);
    block.write(name.length());
    block.write(name.getBytes(StandardCharsets.US_ASCII));
    block.write(value.length());
    block.write(value.getBytes(StandardCharsets.US_ASCII));
  }

  /** Bytes that the server has taken of all calls together, those of its windows included. */
  long sent() {
    synchronized (calls) {
      return calls.values().stream().mapToLong(call -> call.sent).sum();
    }
  }

  /** Calls that the server has ended. */
  int ended() {
    return ended.get();
  }

  @Override
  public String toString() {
    return sent() + " bytes of " + part + " each, " + ended() + " ended";
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
