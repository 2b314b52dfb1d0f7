// SPDX-License-Identifier: Apache-2.0
package build.please.faults;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Our classes once more, with a fault in one of them. */
final class FaultyCode extends URLClassLoader {
  private static final String CLASS_PATH =
      System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

  private FaultyCode(URL[] places) {
    super(places, FaultyCode.class.getClassLoader());
  }

  /** Without any fault. */
  static FaultyCode none() throws IOException {
    return new FaultyCode(places(List.of()));
  }

  /**
   * Compiles the one source that the fault is in.
   *
   * @param scratch an empty directory, which the classes are read from as long as this is open
   */
  static FaultyCode with(PlantedFault fault, Path scratch) throws IOException {
    Path source = scratch.resolve(Path.of(fault.source()).getFileName());
    Files.write(source, fault.plantIn(PlantedFaults.source(fault)));
    JavaCompiler compiler =
        Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK is needed");
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int result =
        compiler.run(
            null,
            said,
            said,
            "-proc:none",
            "-nowarn",
            "-d",
            scratch.toString(),
            "-cp",
            CLASS_PATH,
            source.toString());
    if (result != 0) {
      throw new IllegalArgumentException(
          fault.id() + " does not compile:\n" + said.toString(StandardCharsets.UTF_8));
    }
    return new FaultyCode(places(List.of(scratch)));
  }

  private static URL[] places(List<Path> first) throws MalformedURLException {
    List<URL> places = new ArrayList<>();
    for (Path path : first) {
      places.add(path.toUri().toURL());
    }
    for (String entry : CLASS_PATH.split(java.io.File.pathSeparator, -1)) {
      places.add(Path.of(entry).toUri().toURL());
    }
    return places.toArray(URL[]::new);
  }

  /** Ours are loaded anew, all others shared: they take long, and some have native parts. */
  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith("build.please.") || name.startsWith("build.please.proto.")) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : findClass(name);
    }
  }
}
