// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.filter.Filter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Sets logback up. Everything goes to stderr, so that stdout is for what a command is asked for.
 */
final class Logging {
  /** Libraries that tell more than anybody wants to know. */
  private static final List<String> CHATTY =
      List.of(
          "io.grpc",
          "io.netty",
          "io.micrometer",
          "io.opentelemetry",
          "com.google",
          "com.sun",
          "sun",
          "jdk",
          "javax");

  /** Warns, with a stack, of each message that a client made too long; the client is told. */
  private static final String CLIENTS_FAULTS = "io.grpc.netty.NettyServerStream";

  private static final String STDERR = "stderr";
  private static final String FILE = "file";

  private Logging() {}

  /** Replaces whatever was set up before. */
  static void apply(LoggingConfig config) throws IOException {
    if (config.file().isPresent()) {
      // Logback would only complain to itself and log nothing.
      Path file = config.file().get().toAbsolutePath();
      Files.createDirectories(file.getParent() == null ? file : file.getParent());
      Files.newOutputStream(file).close();
    }
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.reset();
      configure(context, config);
    }
  }

  static void configure(LoggerContext context, LoggingConfig config) {
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
    stderr.setName(STDERR);
    stderr.setTarget("System.err");
    Layout<ILoggingEvent> layout =
        switch (config.format()) {
          case TEXT -> Terminal.isStderr() ? TextLayout.coloured() : TextLayout.plain();
          case JSON -> new JsonLayout();
        };
    start(context, root, stderr, layout, config.verbosity());

    if (config.file().isPresent()) {
      FileAppender<ILoggingEvent> file = new FileAppender<>();
      file.setName(FILE);
      file.setFile(config.file().get().toString());
      file.setAppend(false);
      start(context, root, file, TextLayout.plain(), config.fileVerbosity());
    }

    root.setLevel(least(config));
    CHATTY.forEach(name -> context.getLogger(name).setLevel(Level.WARN));
    context.getLogger(CLIENTS_FAULTS).setLevel(Level.ERROR);
    // gRPC and the JDK log through java.util.logging.
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  private static void start(
      LoggerContext context,
      Logger root,
      OutputStreamAppender<ILoggingEvent> appender,
      Layout<ILoggingEvent> layout,
      Verbosity verbosity) {
    layout.setContext(context);
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(layout);
    encoder.start();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.addFilter(threshold(verbosity));
    appender.start();
    root.addAppender(appender);
  }

  /** Changes how much goes where, and nothing else. */
  static void setLevels(LoggingConfig config) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      setLevels(context, config);
    }
  }

  static void setLevels(LoggerContext context, LoggingConfig config) {
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    setLevel(root.getAppender(STDERR), config.verbosity());
    setLevel(root.getAppender(FILE), config.fileVerbosity());
    root.setLevel(least(config));
  }

  private static void setLevel(@Nullable Appender<ILoggingEvent> appender, Verbosity verbosity) {
    if (appender != null) {
      for (Filter<ILoggingEvent> filter : appender.getCopyOfAttachedFiltersList()) {
        if (filter instanceof ThresholdFilter threshold) {
          threshold.setLevel(verbosity.level().toString());
        }
      }
    }
  }

  private static ThresholdFilter threshold(Verbosity verbosity) {
    ThresholdFilter threshold = new ThresholdFilter();
    threshold.setLevel(verbosity.level().toString());
    threshold.start();
    return threshold;
  }

  /** What any of the places wants to hear of. */
  private static Level least(LoggingConfig config) {
    Level stderr = config.verbosity().level();
    Level file = config.fileVerbosity().level();
    return config.file().isEmpty() || file.isGreaterOrEqual(stderr) ? stderr : file;
  }
}
