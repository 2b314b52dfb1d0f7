// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.proto.execution.ActionResult;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Answers only if the action has the size that it had when its result was stored: hash and size are
 * one identity (GEN-01), but the key holds only the hash.
 *
 * <p>The size travels inside the stored result, in a field that the API does not have; others who
 * read the store pass it over. Results that others wrote have none and match any size.
 */
final class SizedActionCache implements ActionCache {
  /** Far from what the API will ever use. */
  private static final int ACTION_SIZE = 20_260_727;

  private final ActionCache results;

  SizedActionCache(ActionCache results) {
    this.results = results;
  }

  @Override
  public Optional<ActionResult> find(Digest action) throws IOException {
    return results.find(action).filter(result -> hasSize(result, action)).map(this::unmarked);
  }

  @Override
  public Optional<ActionResult> findByHash(Digest action) throws IOException {
    return results.find(action).map(this::unmarked);
  }

  @Override
  public ActionResult put(Digest action, ActionResult result, Replace replace) throws IOException {
    ActionResult marked =
        result.toBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder(result.getUnknownFields())
                    .clearField(ACTION_SIZE)
                    .addField(
                        ACTION_SIZE,
                        UnknownFieldSet.Field.newBuilder().addVarint(action.size()).build())
                    .build())
            .build();
    return unmarked(results.put(action, marked, replace));
  }

  private static boolean hasSize(ActionResult result, Digest action) {
    List<Long> sizes = result.getUnknownFields().getField(ACTION_SIZE).getVarintList();
    return sizes.isEmpty() || sizes.contains(action.size());
  }

  private ActionResult unmarked(ActionResult result) {
    if (!result.getUnknownFields().hasField(ACTION_SIZE)) {
      return result;
    }
    return result.toBuilder()
        .setUnknownFields(
            UnknownFieldSet.newBuilder(result.getUnknownFields()).clearField(ACTION_SIZE).build())
        .build();
  }
}
