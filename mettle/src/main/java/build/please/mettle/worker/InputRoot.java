// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.cas.TreeReader;
import build.please.common.rpc.FanOut;
import build.please.mettle.worker.InputPlan.Folder;
import build.please.mettle.worker.InputPlan.Link;
import build.please.mettle.worker.InputPlan.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Stages actions' inputs: directories, then files, then links, so that nothing is ever written
 * through a link of the same tree (DIR-11). Files are linked from the store where that keeps files
 * on this disk, else from the cache; what changes them is found out after the run. Safe for
 * concurrent use.
 */
final class InputRoot {
  /** Files that one task links. */
  private static final int CHUNK = 500;

  /** How often files may vanish from under us before something is wrong. */
  private static final int ATTEMPTS = 5;

  /** Of the heap, what remembered Directories may take. */
  private static final int SHARE = 32;

  private final BlobStore blobs;
  private final FanOut transfers;
  private final FileNames names;
  private final Machine machine;
  private final TreeReader trees;
  private final Linker linker;
  private final InputFetcher fetcher;
  private final PackReader packs;
  private final InputWatch watch;

  InputRoot(
      BlobStore blobs, FanOut transfers, FileNames names, Machine machine, InputConfig config) {
    this.blobs = blobs;
    this.transfers = transfers;
    this.names = names;
    this.machine = machine;
    trees =
        new TreeReader(new RememberedDirectories(blobs, Runtime.getRuntime().maxMemory() / SHARE));
    linker = Linker.of(config.link(), names.encoding());
    fetcher = new InputFetcher(blobs, machine.cache(), transfers, linker);
    packs = new PackReader(blobs, machine.cache(), machine.meters());
    watch = new InputWatch(blobs, machine.cache(), transfers, config.check());
  }

  /** An action begins, whose inputs are to be at {@code root}. To be closed once it is over. */
  StagedInputs begin(Path root) throws IOException {
    return watch.begin(root);
  }

  /**
   * Creates the tree at its root, which must not exist. Blocks for one round trip per level of the
   * tree that is not remembered, and for those that bring the files that are not here.
   *
   * @param inputs of the action
   * @param alsoMissing absent blobs that the caller found, to be named together with those found
   *     here
   * @throws BlobNotFoundException naming every blob that is absent, directories and files alike
   *     (EXE-08); nothing was created, unless one vanished after it had been seen
   * @throws MalformedException if the tree breaks a rule; nothing was created
   */
  void create(Digest rootDigest, StagedInputs inputs, Set<Digest> alsoMissing) throws IOException {
    TreeReader.Closure tree = trees.read(rootDigest);
    InputPlan plan = InputPlan.of(tree, rootDigest, inputs.root(), names);
    Set<BlobForm> forms = plan.forms();
    Set<BlobForm> elsewhere = fetcher.locate(forms, inputs);
    machine.cache().lookedUp(forms.size() - elsewhere.size(), elsewhere.size());
    Set<Digest> absent = new LinkedHashSet<>(alsoMissing);
    absent.addAll(tree.missing());
    absent.addAll(missing(elsewhere));
    if (!absent.isEmpty()) {
      throw new BlobNotFoundException(absent);
    }
    for (Folder directory : plan.directories()) {
      Files.createDirectory(directory.path());
    }
    fetcher.bring(packs.bring(tree, elsewhere, inputs), inputs);
    place(plan.files(), inputs);
    for (Link link : plan.links()) {
      machine.kernel().symlink(link.target(), link.path());
    }
    // From the deepest up, since every entry that is made changes its parent's time.
    List<Folder> directories = plan.directories();
    for (int i = directories.size() - 1; i >= 0; i--) {
      NodeAttributes.applyTo(directories.get(i));
    }
  }

  private Set<Digest> missing(Set<BlobForm> forms) throws IOException {
    Set<Digest> digests = new LinkedHashSet<>();
    forms.forEach(form -> digests.add(form.digest()));
    digests.remove(Digest.EMPTY);
    return digests.isEmpty() ? digests : blobs.findMissing(digests);
  }

  private void place(List<Placement> files, StagedInputs inputs) throws IOException {
    List<Placement> left = files;
    for (int attempt = 1; !left.isEmpty(); attempt++) {
      List<Placement> lost = new ArrayList<>();
      transfers
          .map(Batches.chunks(left, CHUNK), chunk -> placeChunk(chunk, inputs))
          .forEach(lost::addAll);
      if (!lost.isEmpty() && attempt == ATTEMPTS) {
        throw new IOException("inputs vanish as fast as they are brought");
      }
      Set<BlobForm> gone = new LinkedHashSet<>();
      lost.forEach(placement -> gone.add(placement.form()));
      fetcher.bring(fetcher.locate(gone, inputs), inputs);
      left = lost;
    }
  }

  /** Says which of them found no file to come from any more. */
  private List<Placement> placeChunk(List<Placement> files, StagedInputs inputs)
      throws IOException {
    List<Placement> lost = new ArrayList<>();
    for (Placement file : files) {
      Optional<InputSource> source = inputs.source(file.form());
      if (source.isEmpty() || !place(file, source.get(), inputs)) {
        lost.add(file);
      }
    }
    return lost;
  }

  private boolean place(Placement file, InputSource source, StagedInputs inputs)
      throws IOException {
    try {
      if (NodeAttributes.areSpecial(file)) {
        linker.copy(source.file().path(), file.path());
        NodeAttributes.applyTo(file);
      } else if (linker.link(source.file().path(), file.path(), file.form().mode())) {
        source.sharedWith(file);
      }
      return true;
    } catch (NoSuchFileException e) {
      inputs.lost(source);
      return false;
    }
  }
}
