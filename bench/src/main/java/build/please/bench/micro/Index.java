// SPDX-License-Identifier: Apache-2.0
package build.please.bench.micro;

import build.please.common.cas.Digest;
import build.please.elan.packed.Found;
import build.please.elan.packed.PackedIndex;
import build.please.elan.packed.PackedName;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Lookups in the index of a packed store, by key as the store asks. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Index {
  private static final int COUNT = 1000;

  @Param({"10000", "1000000"})
  private int objects;

  private final PackedIndex index = new PackedIndex();
  private final List<String> keys = new ArrayList<>();
  private final Found found = new Found();

  @Setup
  public void fill() {
    for (int i = 0; i < objects; i++) {
      String hash = Digest.of(ByteString.copyFromUtf8("blob " + i)).hash();
      String key = "cas/" + hash.substring(0, 2) + "/" + hash;
      PackedName name = PackedName.parse(key);
      if (name != null) {
        index.put(name, i, 1024, 0, found);
      }
      if (i % (objects / COUNT) == 0) {
        keys.add(key);
      }
    }
  }

  @Benchmark
  @OperationsPerInvocation(COUNT)
  public int find() {
    int there = 0;
    for (String key : keys) {
      PackedName name = PackedName.parse(key);
      if (name != null && index.find(name, 1, found)) {
        there++;
      }
    }
    return there;
  }
}
