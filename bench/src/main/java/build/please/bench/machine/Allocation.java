// SPDX-License-Identifier: Apache-2.0
package build.please.bench.machine;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.stream.LongStream;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Tells what a JVM has allocated and still holds, by its management interface, which it is made to
 * open.
 */
public final class Allocation implements AutoCloseable {
  private final JMXConnector connector;
  private final ThreadMXBean threads;
  private final MemoryMXBean memory;

  private Allocation(JMXConnector connector, ThreadMXBean threads, MemoryMXBean memory) {
    this.connector = connector;
    this.threads = threads;
    this.memory = memory;
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
    MBeanServerConnection beans = connector.getMBeanServerConnection();
    return new Allocation(
        connector,
        ManagementFactory.newPlatformMXBeanProxy(
            beans, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class),
        ManagementFactory.newPlatformMXBeanProxy(
            beans, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class));
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

  /** Bytes of the heap that are in use. Collects garbage first, which stops the process. */
  public long live() {
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
