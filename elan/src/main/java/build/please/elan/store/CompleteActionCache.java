// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.ActionCache;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.cas.TreeReader;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.Tree;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers only with results whose every blob is present now, those inside their trees included
 * (AC-03, AC-04). What it cannot check because the store does not answer is an exception, not a
 * miss.
 */
final class CompleteActionCache implements ActionCache {
  private static final Logger log = LoggerFactory.getLogger(CompleteActionCache.class);

  private final ActionCache results;
  private final BlobStore blobs;

  CompleteActionCache(ActionCache results, BlobStore blobs) {
    this.results = results;
    this.blobs = blobs;
  }

  @Override
  public Optional<ActionResult> find(Digest action) throws IOException {
    Optional<ActionResult> result = results.find(action);
    if (result.isEmpty() || isComplete(result.get())) {
      return result;
    }
    log.debug("result of action {} names absent blobs; a miss", action.hash());
    return Optional.empty();
  }

  @Override
  public ActionResult put(Digest action, ActionResult result, Replace replace) throws IOException {
    ActionResults.check(result);
    if (replace == Replace.UNLESS_WORSE && !isComplete(result)) {
      Optional<ActionResult> stored = find(action);
      if (stored.isPresent()) {
        return stored.get();
      }
    }
    return results.put(action, result, replace);
  }

  private boolean isComplete(ActionResult result) throws IOException {
    try {
      Set<Digest> named = ActionResults.blobs(result);
      return addFilesOfTrees(result, named)
          && addFilesOfRoots(result, named)
          && blobs.findMissing(named).isEmpty();
    } catch (MalformedException e) {
      // Inside one of its trees: nobody could use it.
      return false;
    }
  }

  /** Adds what the result's trees name; false if a tree is absent or none. */
  private boolean addFilesOfTrees(ActionResult result, Set<Digest> named) throws IOException {
    Set<Digest> trees = new LinkedHashSet<>();
    for (OutputDirectory directory : result.getOutputDirectoriesList()) {
      if (directory.hasTreeDigest()) {
        trees.add(Digest.parse(directory.getTreeDigest()));
      }
    }
    if (trees.isEmpty()) {
      return true;
    }
    Map<Digest, ByteString> found = blobs.readAll(trees);
    if (found.size() < trees.size()) {
      return false;
    }
    for (ByteString bytes : found.values()) {
      Tree tree;
      try {
        tree = Tree.parseFrom(bytes);
      } catch (InvalidProtocolBufferException e) {
        return false;
      }
      addFiles(tree.getRoot(), named);
      for (Directory child : tree.getChildrenList()) {
        addFiles(child, named);
      }
    }
    return true;
  }

  /** Adds what lies below the result's root directories; false if a directory is absent or none. */
  private boolean addFilesOfRoots(ActionResult result, Set<Digest> named) throws IOException {
    for (OutputDirectory directory : result.getOutputDirectoriesList()) {
      if (directory.hasRootDirectoryDigest()) {
        TreeReader.Closure closure =
            new TreeReader(blobs).read(Digest.parse(directory.getRootDirectoryDigest()));
        if (!closure.missing().isEmpty()) {
          return false;
        }
        for (Map.Entry<Digest, Directory> one : closure.directories().entrySet()) {
          named.add(one.getKey());
          addFiles(one.getValue(), named);
        }
      }
    }
    return true;
  }

  private static void addFiles(Directory directory, Set<Digest> named) throws MalformedException {
    for (FileNode file : directory.getFilesList()) {
      named.add(Digest.parse(file.getDigest()));
    }
    for (DirectoryNode child : directory.getDirectoriesList()) {
      Digest.parse(child.getDigest());
    }
  }
}
