// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.queue.ExecuteOperation;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecutedActionMetadata;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.util.Optional;

/**
 * A state of an operation, in little memory: most of the end of a run is said twice, and its action
 * is the name of the operation.
 */
sealed interface Remembered {
  /**
   * The same operation each time, byte for byte, but each time another object.
   *
   * @param name the operation's
   */
  Operation operation(String name);

  /** Bytes of the operation as it is sent. */
  int size();

  /**
   * What gives an operation again.
   *
   * @param name the operation's
   */
  static Remembered of(Operation operation, String name) {
    return operation.getDone()
        ? ByResponse.of(operation, name).orElseGet(() -> Whole.of(operation, name))
        : Whole.of(operation, name);
  }

  /** One that nothing else tells. */
  record Whole(Operation bare) implements Remembered {
    static Remembered of(Operation operation, String name) {
      return new Whole(ExecuteOperation.bare(operation, name));
    }

    @Override
    public Operation operation(String name) {
      return ExecuteOperation.bare(bare, name);
    }

    @Override
    public int size() {
      return bare.getSerializedSize();
    }
  }

  /** One that has ended, of which the name and the response tell the rest. */
  final class ByResponse implements Remembered {
    /** Bytes of a response beside which what is said twice is little. */
    private static final int LONG = 64 << 10;

    private final byte[] response;
    private final int actionSize;
    private final int soFarFrom;
    private final int soFarLength;
    private final int size;

    private ByResponse(byte[] response, int actionSize, int soFarFrom, int soFarLength, int size) {
      this.response = response;
      this.actionSize = actionSize;
      this.soFarFrom = soFarFrom;
      this.soFarLength = soFarLength;
      this.size = size;
    }

    /** Empty if the operation has more to say, or another. */
    private static Optional<Remembered> of(Operation operation, String name) {
      ByteString bytes = operation.getResponse().getValue();
      if (bytes.size() > LONG) {
        return Optional.empty();
      }
      try {
        ExecuteOperationMetadata metadata = ExecuteOperation.metadata(operation);
        byte[] response = bytes.toByteArray();
        byte[] soFar = metadata.getPartialExecutionMetadata().toByteArray();
        ByResponse same =
            new ByResponse(
                response,
                (int) metadata.getActionDigest().getSizeBytes(),
                indexOf(soFar, response),
                soFar.length,
                operation.getSerializedSize());
        return same.soFarFrom >= 0 && same.operation(name).equals(operation)
            ? Optional.of(same)
            : Optional.empty();
      } catch (InvalidProtocolBufferException foreign) {
        return Optional.empty();
      }
    }

    @Override
    public Operation operation(String name) {
      try {
        return ExecuteOperation.completed(
            name,
            actionSize,
            ExecutedActionMetadata.parseFrom(
                UnsafeByteOperations.unsafeWrap(response, soFarFrom, soFarLength)),
            UnsafeByteOperations.unsafeWrap(response));
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("it was read when it came", e);
      }
    }

    @Override
    public int size() {
      return size;
    }

    /** Where the few bytes are found first among the many; -1 if they are not. */
    private static int indexOf(byte[] few, byte[] many) {
      for (int from = 0; from <= many.length - few.length; from++) {
        int same = 0;
        while (same < few.length && many[from + same] == few[same]) {
          same++;
        }
        if (same == few.length) {
          return from;
        }
      }
      return -1;
    }
  }
}
