// SPDX-License-Identifier: Apache-2.0
package build.please.bench.machine;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.stream.LongStream;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Tells how much a JVM has allocated, by its management interface, which it is made to open. */
public final class Allocation implements AutoCloseable {
  private final JMXConnector connector;
  private final ThreadMXBean threads;

  private Allocation(JMXConnector connector, ThreadMXBean threads) {
    this.connector = connector;
    this.threads = threads;
  }

  /**
   * Asks a process to open its interface.
   *
   * @throws IOException if that process is no JVM of this user, or opens nothing
   */
  public static Allocation of(long pid) throws IOException {
    String address;
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      try {
        address = machine.startLocalManagementAgent();
      } finally {
        machine.detach();
      }
    } catch (AttachNotSupportedException e) {
      throw new IOException("cannot attach to process " + pid + ": " + e.getMessage(), e);
    }
    JMXConnector connector = connect(address);
    return new Allocation(
        connector,
        ManagementFactory.newPlatformMXBeanProxy(
            connector.getMBeanServerConnection(),
            ManagementFactory.THREAD_MXBEAN_NAME,
            ThreadMXBean.class));
  }

  @SuppressWarnings("BanJNDI") // the other side is a server that this run started
  private static JMXConnector connect(String address) throws IOException {
    return JMXConnectorFactory.connect(new JMXServiceURL(address));
  }

  /** Bytes that the threads alive have allocated since they began. Threads that ended are lost. */
  public long bytes() {
    long[] all = threads.getThreadAllocatedBytes(threads.getAllThreadIds());
    return LongStream.of(all).filter(bytes -> bytes > 0).sum();
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
