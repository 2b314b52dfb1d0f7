// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.Directory;
import build.please.proto.execution.NodeProperties;
import build.please.proto.execution.NodeProperty;
import java.util.Optional;

/**
 * A blob that holds all files of a directory, as a zstd-compressed tar: one round trip in the place
 * of many. The directory names it in a property, which clients keep when they pass the directory on
 * as an input. Nothing depends on it, since every file is a blob of its own as well (clients.md,
 * A.6).
 */
final class Pack {
  private static final String PROPERTY = "mettle.pack";

  private Pack() {}

  /** The pack that a directory names; empty also if the name is none. */
  static Optional<Digest> of(Directory directory) {
    for (NodeProperty property : directory.getNodeProperties().getPropertiesList()) {
      if (property.getName().equals(PROPERTY)) {
        String[] name = property.getValue().split("/", 2);
        try {
          return name.length < 2
              ? Optional.empty()
              : Optional.of(Digest.parse(name[0], Long.parseLong(name[1])));
        } catch (MalformedException | NumberFormatException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  /** The directory, naming its pack. */
  static Directory named(Directory directory, Digest pack) {
    NodeProperties.Builder properties = directory.getNodeProperties().toBuilder();
    properties.addPropertiesBuilder().setName(PROPERTY).setValue(pack.hash() + "/" + pack.size());
    return directory.toBuilder().setNodeProperties(properties).build();
  }
}
