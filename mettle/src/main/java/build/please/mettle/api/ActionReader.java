// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName;
import build.please.common.rpc.EventLoop;
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

  /** Bytes of what takes no time to speak of. */
  private static final long QUICKLY_READ = 64L << 10;

  private final BlobStore blobs;
  private final ActionCheck check;

  ActionReader(BlobStore blobs, ActionCheck check) {
    this.blobs = blobs;
    this.check = check;
  }

  /**
   * The action and the command of a request. Blocks for two round trips.
   *
   * @throws MalformedException if the request breaks a rule, or what it names cannot be parsed
   *     (EXE-03)
   * @throws BlobNotFoundException naming the action; or the command, the root directory or both
   *     (EXE-04)
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
    return new RequestedAction(actionDigest, action, command);
  }

  /**
   * Looks whether an action can be run. Blocks for the {@link ActionCheck}.
   *
   * @throws MalformedException if it breaks a rule (EXE-03)
   * @throws BlobNotFoundException naming what the check misses (EXE-08)
   */
  void check(RequestedAction requested) throws IOException {
    check.check(requested.action(), requested.command());
  }

  /** As {@link BlobStore#readAll}, but all are found. */
  private Map<Digest, ByteString> readAll(Set<Digest> digests) throws IOException {
    for (Digest digest : digests) {
      if (digest.size() > LONGEST) {
        throw new MalformedException(
            "blob " + digest + " is longer than " + LONGEST + " bytes, too long for what it is");
      }
      if (digest.size() > QUICKLY_READ) {
        EventLoop.mayTakeLong();
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
