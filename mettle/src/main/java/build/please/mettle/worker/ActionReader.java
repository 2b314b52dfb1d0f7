// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/**
 * Reads Actions and Commands, and remembers the last ones, since the decorators of a run each look
 * at them. Safe for concurrent use.
 */
final class ActionReader {
  /** A larger blob is neither. */
  private static final long MAX_BYTES = 64L << 20;

  /** Enough for those that run now; all others are read again. */
  private static final long REMEMBERED_BYTES = 4L << 20;

  /** Of the heap for each byte of a message, and for each message. */
  private static final int GROWTH = 3;

  private static final int OVERHEAD = 500;

  private final BlobStore blobs;
  private final Cache<Digest, MessageLite> remembered =
      Caffeine.newBuilder()
          .maximumWeight(REMEMBERED_BYTES)
          .weigher((Digest digest, MessageLite message) -> OVERHEAD + GROWTH * (int) digest.size())
          .executor(Runnable::run)
          .build();

  ActionReader(BlobStore blobs) {
    this.blobs = blobs;
  }

  /**
   * @throws BlobNotFoundException if it is absent
   * @throws MalformedException if the blob is no Action
   */
  Action action(Digest digest) throws IOException {
    return read(digest, Action.class, Action.parser());
  }

  /**
   * @throws BlobNotFoundException if it is absent
   * @throws MalformedException if the blob is no Command
   */
  Command command(Digest digest) throws IOException {
    return read(digest, Command.class, Command.parser());
  }

  private <M extends MessageLite> M read(Digest digest, Class<M> type, Parser<M> parser)
      throws IOException {
    // A blob may be valid as one kind and be asked for as the other.
    MessageLite known = remembered.getIfPresent(digest);
    if (type.isInstance(known)) {
      return type.cast(known);
    }
    M message = parse(digest, type, parser);
    remembered.put(digest, message);
    return message;
  }

  private <M> M parse(Digest digest, Class<M> type, Parser<M> parser) throws IOException {
    if (digest.size() > MAX_BYTES) {
      throw new MalformedException(
          "blob " + digest + " is too large to be of type " + type.getSimpleName());
    }
    ByteString bytes = ByteString.EMPTY;
    if (!digest.isEmpty()) {
      Map<Digest, ByteString> found = blobs.readAll(Set.of(digest));
      ByteString blob = found.get(digest);
      if (blob == null) {
        throw new BlobNotFoundException(digest);
      }
      bytes = blob;
    }
    try {
      return parser.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedException(
          "blob " + digest + " is not of type " + type.getSimpleName() + ": " + e.getMessage());
    }
  }
}
