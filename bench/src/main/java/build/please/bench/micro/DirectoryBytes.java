// SPDX-License-Identifier: Apache-2.0
package build.please.bench.micro;

import build.please.common.cas.Digest;
import build.please.common.cas.Directories;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.Directory;
import com.google.protobuf.ByteString;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What becomes of a Directory of ten files that nobody asked for before. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DirectoryBytes {
  private static final int FILES = 10;

  private ByteString bytes = ByteString.EMPTY;
  private Digest digest = Digest.EMPTY;

  @Setup
  public void make() {
    Directory.Builder directory = Directory.newBuilder();
    for (int i = 0; i < FILES; i++) {
      directory
          .addFilesBuilder()
          .setName("file" + i)
          .setDigest(Digest.of(ByteString.copyFromUtf8("file " + i)).toProto());
    }
    bytes = directory.build().toByteString();
    digest = Digest.of(bytes);
  }

  @Benchmark
  public Directory parseAndCheck() throws MalformedException {
    return Directories.parse(digest, bytes);
  }

  @Benchmark
  public Digest hash() {
    return Digest.of(bytes);
  }
}
