// SPDX-License-Identifier: Apache-2.0
package build.please.metrics;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.ToDoubleFunction;

/**
 * The process under the names that all of Prometheus' clients use, in place of Micrometer's own, so
 * that a dashboard for any server fits. What the platform does not tell is NaN.
 */
final class ProcessMetrics implements MeterBinder {
  private static final Path STATUS = Path.of("/proc/self/status");

  @Override
  public void bindTo(MeterRegistry registry) {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      FunctionCounter.builder("process.cpu.seconds", system, s -> s.getProcessCpuTime() / 1e9)
          .description("CPU time of the process, user and system.")
          .register(registry);
      if (system instanceof UnixOperatingSystemMXBean unix) {
        gauge(registry, "process.open.fds", "Open file descriptors.", unix, openFiles());
        gauge(registry, "process.max.fds", "File descriptors that may be open.", unix, maxFiles());
      }
    }
    gauge(
        registry,
        "process.resident.memory.bytes",
        "Memory of the process that is in RAM.",
        STATUS,
        status -> bytes(status, "VmRSS:"));
    gauge(
        registry,
        "process.virtual.memory.bytes",
        "Address space of the process.",
        STATUS,
        status -> bytes(status, "VmSize:"));
  }

  private static ToDoubleFunction<UnixOperatingSystemMXBean> openFiles() {
    return UnixOperatingSystemMXBean::getOpenFileDescriptorCount;
  }

  private static ToDoubleFunction<UnixOperatingSystemMXBean> maxFiles() {
    return UnixOperatingSystemMXBean::getMaxFileDescriptorCount;
  }

  private static <T> void gauge(
      MeterRegistry registry, String name, String description, T of, ToDoubleFunction<T> value) {
    Gauge.builder(name, of, value)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /** The kernel gives kilobytes: {@code VmRSS: 123 kB}. */
  private static double bytes(Path status, String field) {
    try {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith(field)) {
          return Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024;
        }
      }
    } catch (IOException | NumberFormatException e) {
      // No Linux.
    }
    return Double.NaN;
  }
}
