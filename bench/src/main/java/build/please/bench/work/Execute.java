// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.floor.RawSpawn;
import build.please.bench.load.Operation;
import build.please.bench.server.Session;
import build.please.common.cas.Digest;
import build.please.proto.execution.Command;
import build.please.proto.execution.Directory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Executes actions that never ran before. */
public final class Execute extends FreshRequests<Task> {
  /** More than this many outputs are named by their directory. */
  private static final int NAMED = 100;

  private static final String MANY =
      "mkdir -p out; i=0; while [ $i -lt COUNT ]; do"
          + " printf '%4096s' $NUMBER.$i > out/$i; i=$((i+1)); done";
  private static final String LARGE = "{ echo $NUMBER; head -c 67108840 /dev/zero; } > large";

  private final Command command;
  private final Inputs inputs;
  private final List<String> alone;
  private final Set<Session> stored = new HashSet<>();

  private Execute(Outline outline, Command command, Inputs inputs, List<String> alone) {
    super(outline);
    this.command = command;
    this.inputs = inputs;
    this.alone = alone;
  }

  private interface Inputs {
    /** What all actions share. */
    Collection<Blob> shared();

    /** A root, and what is new in it. */
    Digest root(long number, List<Blob> fresh);
  }

  /** {@code /bin/true} with three files. */
  public static Execute nothing(int clients, int operations) {
    return new Execute(
        Outline.writing(
            "execute/true/" + clients,
            "B11",
            "Execute of /bin/true, 3 inputs",
            clients,
            operations,
            0),
        Command.newBuilder().addArguments("/bin/true").build(),
        new Fixed(),
        List.of("/bin/true"));
  }

  /** {@code /bin/true} with a thousand files, of which three are new each time. */
  public static Execute inputs() {
    return new Execute(
        Outline.writing(
            "execute/inputs/1000", "B12", "Execute with 1,000 inputs of 1 KiB, 3 new", 1, 20, 0),
        Command.newBuilder().addArguments("/bin/true").build(),
        new Thousand(),
        List.of("/bin/true"));
  }

  /**
   * Something that writes many files.
   *
   * @param scratch where the floor writes them
   */
  public static Execute outputs(Path scratch, int count) {
    String many = MANY.replace("COUNT", Integer.toString(count));
    Command.Builder command = shell(many);
    if (count > NAMED) {
      command.addOutputPaths("out");
    }
    for (int i = 0; i < count && count <= NAMED; i++) {
      command.addOutputPaths("out/" + i);
    }
    return new Execute(
        Outline.writing(
            "execute/outputs/" + count,
            "B13",
            String.format("Execute with %,d outputs of 4 KiB", count),
            1,
            20,
            0),
        command.build(),
        new Fixed(),
        List.of("/bin/sh", "-c", "cd " + scratch + "; " + many));
  }

  /**
   * Something that writes 64 MiB.
   *
   * @param scratch where the floor writes them
   */
  public static Execute largeOutput(Path scratch) {
    return new Execute(
        Outline.writing("execute/output/64MiB", "B13", "Execute with an output of 64 MiB", 1, 3, 0),
        shell(LARGE).addOutputPaths("large").build(),
        new Fixed(),
        List.of("/bin/sh", "-c", "cd " + scratch + "; " + LARGE));
  }

  private static Command.Builder shell(String script) {
    return Command.newBuilder().addArguments("/bin/sh").addArguments("-c").addArguments(script);
  }

  @Override
  List<Task> contents(int count, long seed) {
    SplittableRandom numbers = new SplittableRandom(seed);
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long number = numbers.nextLong();
      List<Blob> fresh = new ArrayList<>();
      Digest root = inputs.root(number, fresh);
      tasks.add(Task.of(command.toBuilder(), root, number, fresh));
    }
    return tasks;
  }

  @Override
  void store(Session session, List<Task> tasks) throws IOException {
    if (stored.add(session)) {
      Store.fill(session.store(), inputs.shared());
    }
    List<Blob> blobs = new ArrayList<>();
    tasks.forEach(task -> blobs.addAll(task.blobs()));
    Store.fill(session.store(), blobs);
  }

  @Override
  Operation operation(Session session, Task task) {
    return task.operation(session);
  }

  @Override
  void check(Session session, Task task) throws IOException {
    Task.response(session.caller().all(task.request(session)));
  }

  @Override
  public List<Floor> floors() {
    return List.of(new Floor.Raw("raw spawn", new RawSpawn(alone)));
  }

  /** Three files, the same for all. */
  private static final class Fixed implements Inputs {
    private final List<Blob> files = Blob.random(5, 3, 1024);
    private final Blob root = Blob.of(Trees.directory(files, 0).build());

    @Override
    public Collection<Blob> shared() {
      List<Blob> all = new ArrayList<>(files);
      all.add(root);
      return all;
    }

    @Override
    public Digest root(long number, List<Blob> fresh) {
      return root.digest();
    }
  }

  /** Ten directories of a hundred files. */
  private static final class Thousand implements Inputs {
    private static final int EACH = 100;
    private static final int NEW = 3;
    private final List<Blob> files = Blob.random(6, 10 * EACH, 1024);
    private final List<Blob> directories = new ArrayList<>();

    Thousand() {
      for (int i = 0; i < files.size(); i += EACH) {
        directories.add(Blob.of(Trees.directory(files.subList(i, i + EACH), 0).build()));
      }
    }

    @Override
    public Collection<Blob> shared() {
      List<Blob> all = new ArrayList<>(files);
      all.addAll(directories);
      return all;
    }

    @Override
    public Digest root(long number, List<Blob> fresh) {
      List<Blob> first = new ArrayList<>(files.subList(0, EACH));
      for (int i = 0; i < NEW; i++) {
        first.set(i, Blob.random(number + i, 1024));
        fresh.add(first.get(i));
      }
      List<Blob> all = new ArrayList<>(directories);
      all.set(0, Blob.of(Trees.directory(first, 0).build()));
      fresh.add(all.get(0));
      Directory.Builder root = Directory.newBuilder();
      Trees.add(root, all);
      fresh.add(Blob.of(root.build()));
      return fresh.get(fresh.size() - 1).digest();
    }
  }
}
