// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import build.please.proto.execution.Directory;
import build.please.proto.execution.ExecuteRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Reads and checks what a request to execute names. Safe for concurrent use. */
final class ActionReader {
  /** Bytes of the longest action, command or root directory that is read into memory. */
  private static final long LONGEST = 16L << 20;

  private final BlobStore blobs;
  private final ActionCheck check;

  ActionReader(BlobStore blobs, ActionCheck check) {
    this.blobs = blobs;
    this.check = check;
  }

  /**
   * The action and the command of a request, after all checks. Blocks for two round trips and for
   * the {@link ActionCheck}.
   *
   * @throws MalformedException if the request or what it names breaks a rule (EXE-03)
   * @throws BlobNotFoundException naming the action; or the command, the root directory or both; or
   *     what the check misses (EXE-04, EXE-08)
   */
  RequestedAction read(ExecuteRequest request) throws IOException {
    ResourceName.checkInstance(request.getInstanceName());
    ExecuteMessage.checkFunction(request);
    Digest actionDigest =
        digest(
            "action",
            request.getActionDigest().getHash(),
            request.getActionDigest().getSizeBytes());
    Action action = parse("action", actionDigest, Action.parser(), readAll(Set.of(actionDigest)));

    Digest commandDigest =
        digest(
            "command",
            action.getCommandDigest().getHash(),
            action.getCommandDigest().getSizeBytes());
    Digest rootDigest =
        digest(
            "input root",
            action.getInputRootDigest().getHash(),
            action.getInputRootDigest().getSizeBytes());
    Map<Digest, ByteString> found =
        readAll(new LinkedHashSet<>(List.of(commandDigest, rootDigest)));
    Command command = parse("command", commandDigest, Command.parser(), found);
    parse("input root", rootDigest, Directory.parser(), found);
    check.check(action, command);
    return new RequestedAction(actionDigest, action, command);
  }

  /** As {@link BlobStore#readAll}, but all are found. */
  private Map<Digest, ByteString> readAll(Set<Digest> digests) throws IOException {
    for (Digest digest : digests) {
      if (digest.size() > LONGEST) {
        throw new MalformedException(
            "blob " + digest + " is longer than " + LONGEST + " bytes, too long for what it is");
      }
    }
    Map<Digest, ByteString> found = blobs.readAll(digests);
    Set<Digest> absent = new LinkedHashSet<>(digests);
    absent.removeAll(found.keySet());
    if (!absent.isEmpty()) {
      throw new BlobNotFoundException(absent);
    }
    return found;
  }

  private static Digest digest(String what, String hash, long size) throws MalformedException {
    try {
      return Digest.parse(hash, size);
    } catch (MalformedException e) {
      throw new MalformedException(what + ": " + e.getMessage());
    }
  }

  private static <T extends MessageLite> T parse(
      String what, Digest digest, Parser<T> parser, Map<Digest, ByteString> found)
      throws MalformedException {
    try {
      return parser.parseFrom(Objects.requireNonNull(found.get(digest)));
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedException(
          what + ": blob " + digest + " cannot be parsed: " + e.getMessage());
    }
  }
}
