// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fakegcs;

import build.please.common.rpc.Threads;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** A server of HTTP/1.1 that can break off at any point: a thread for each connection. */
final class FakeHttp implements AutoCloseable {
  /** Finds out what a request wants. */
  @FunctionalInterface
  interface Handler {
    Answer answer(Request request) throws IOException;
  }

  /** What is done for a request, if it comes to that. */
  record Answer(Call call, Deed deed) {}

  /** Does it. */
  @FunctionalInterface
  interface Deed {
    Response apply(boolean stale) throws IOException;
  }

  /** Short for one who waits for the next byte; many of them are long for one who waits for all. */
  private static final long PAUSE_MILLIS = 100;

  private final Handler handler;
  private final Faults faults;
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ThreadFactory threads = Threads.factory("fake-gcs");

  FakeHttp(Handler handler, Faults faults) throws IOException {
    this.handler = handler;
    this.faults = faults;
    this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    threads.newThread(this::accept).start();
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        open.add(socket);
        threads.newThread(() -> serve(socket)).start();
      } catch (IOException closing) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket;
        InputStream in = new BufferedInputStream(socket.getInputStream());
        OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16)) {
      for (Optional<Request> request = Request.read(in);
          request.isPresent();
          request = Request.read(in)) {
        if (!serve(request.get(), socket, out)) {
          return;
        }
      }
    } catch (IOException | InterruptedException gone) {
      // The client, or this server.
    } finally {
      open.remove(socket);
    }
  }

  /** False if the connection ends with it. */
  private boolean serve(Request request, Socket socket, OutputStream out)
      throws IOException, InterruptedException {
    Answer answer = handler.answer(request);
    Optional<Fault> fault = faults.take(answer.call());
    if (fault.isPresent() && fault.get().isBeforeTheDeed()) {
      if (fault.get().status() > 0) {
        Response.error(fault.get().status(), "injected").send(out);
        return true;
      }
      if (fault.get() == Fault.SILENT) {
        closed.await();
      }
      reset(socket);
      return false;
    }
    Response response = answer.deed().apply(fault.filter(f -> f == Fault.STALE).isPresent());
    if (fault.isEmpty() || fault.get() == Fault.STALE) {
      response.send(out);
      return true;
    }
    switch (fault.get()) {
      case LOST_REPLY -> reset(socket);
      case RESET_IN_BODY -> {
        response.sendPart(out);
        reset(socket);
      }
      case SHORT_BODY -> response.sendPart(out);
      case SLOW -> {
        response.sendSlowly(out, () -> closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
        return true;
      }
      default -> {
        new Response(response.status(), response.headers(), response.body().withWrongBit())
            .send(out);
        return true;
      }
    }
    return false;
  }

  private static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
