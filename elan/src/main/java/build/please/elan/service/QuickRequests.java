// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.rpc.QuickCalls;
import build.please.elan.bucket.Pace;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.execution.ActionCacheGrpc;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.CapabilitiesGrpc;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.Digest;

/** Which requests to a store are answered in microseconds. */
public final class QuickRequests {
  /** Digests that are looked for in some ten microseconds. */
  private static final int DIGESTS = 128;

  /** Blobs of one batch. */
  private static final int BLOBS = 16;

  /** Bytes, of one blob or of all of a batch. */
  private static final long BYTES = 64 << 10;

  /** Hexadecimal digits of the hashes that there are. */
  private static final int HASH_DIGITS = 64;

  /** Decimal digits beyond which a size is none of a small blob. */
  private static final int SIZE_DIGITS = 9;

  private QuickRequests() {}

  /** What is quick on a store of this pace. */
  public static QuickCalls of(Pace pace) {
    QuickCalls quick =
        QuickCalls.NONE.and(CapabilitiesGrpc.getGetCapabilitiesMethod(), request -> true);
    if (pace.hasQuickReads()) {
      quick =
          quick
              .and(
                  ContentAddressableStorageGrpc.getFindMissingBlobsMethod(),
                  request -> request.getBlobDigestsCount() <= DIGESTS)
              .and(ContentAddressableStorageGrpc.getBatchReadBlobsMethod(), QuickRequests::isSmall)
              .and(ActionCacheGrpc.getGetActionResultMethod(), request -> true)
              .and(ByteStreamGrpc.getReadMethod(), request -> isSmall(request.getResourceName()))
              .and(ByteStreamGrpc.getQueryWriteStatusMethod(), request -> true);
    }
    if (pace.hasQuickWrites()) {
      quick =
          quick
              .and(
                  ContentAddressableStorageGrpc.getBatchUpdateBlobsMethod(), QuickRequests::isSmall)
              .and(ActionCacheGrpc.getUpdateActionResultMethod(), request -> true)
              .and(ByteStreamGrpc.getWriteMethod(), request -> isSmall(request.getResourceName()));
    }
    return quick;
  }

  private static boolean isSmall(BatchReadBlobsRequest request) {
    if (request.getDigestsCount() > BLOBS) {
      return false;
    }
    long rest = BYTES;
    for (Digest digest : request.getDigestsList()) {
      // One by one, since a sum of claimed sizes may overflow.
      if (digest.getSizeBytes() > rest) {
        return false;
      }
      rest -= Math.max(0, digest.getSizeBytes());
    }
    return true;
  }

  private static boolean isSmall(BatchUpdateBlobsRequest request) {
    if (request.getRequestsCount() > BLOBS) {
      return false;
    }
    long rest = BYTES;
    for (BatchUpdateBlobsRequest.Request blob : request.getRequestsList()) {
      // Packed ones become larger.
      rest -= Math.max(blob.getData().size(), blob.getDigest().getSizeBytes());
      if (rest < 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether this names a small blob: a small number stands behind its hash. */
  static boolean isSmall(String resourceName) {
    boolean behindHash = false;
    int start = 0;
    while (start <= resourceName.length()) {
      int slash = resourceName.indexOf('/', start);
      int end = slash < 0 ? resourceName.length() : slash;
      if (behindHash) {
        return isSmallNumber(resourceName, start, end);
      }
      behindHash = end - start == HASH_DIGITS;
      start = end + 1;
    }
    return false;
  }

  private static boolean isSmallNumber(String text, int start, int end) {
    if (end == start || end - start > SIZE_DIGITS) {
      return false;
    }
    long number = 0;
    for (int i = start; i < end; i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        return false;
      }
      number = 10 * number + digit - '0';
    }
    return number <= BYTES;
  }
}
