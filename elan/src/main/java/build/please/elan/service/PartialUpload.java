// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobSink;
import build.please.common.cas.ByteStrings;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ResourceName.Upload;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bytes of one upload so far. In the hands of one call at a time. */
final class PartialUpload {
  private static final Logger log = LoggerFactory.getLogger(PartialUpload.class);

  /** Clients may use one uuid for several blobs (BSN-04). */
  record Key(String uuid, Digest digest) {
    static Key of(Upload name) {
      return new Key(name.uuid(), name.digest());
    }
  }

  private final Key key;
  private final Encoding encoding;
  private final BlobSink sink;
  // Read by others who ask how far the upload is.
  private final AtomicLong received = new AtomicLong();
  // Committed, or broken by a failure.
  private volatile boolean over;

  PartialUpload(Upload name, BlobSink sink) {
    this.key = Key.of(name);
    this.encoding = name.encoding();
    this.sink = sink;
  }

  Key key() {
    return key;
  }

  /**
   * Whether another call can go on with it. Only with plain bytes: a compressed upload would have
   * to be decoded from its middle (BSQ-06).
   */
  boolean canGoOn() {
    return encoding == Encoding.IDENTITY && !over;
  }

  /** Bytes on the wire so far. */
  long received() {
    return received.get();
  }

  void write(ByteString data) throws IOException {
    boolean written = false;
    try {
      ByteStrings.write(data, sink);
      written = true;
    } finally {
      over = !written;
    }
    received.addAndGet(data.size());
  }

  void commit() throws IOException {
    over = true;
    sink.commit();
  }

  /** Discards what was not committed. */
  void close() {
    try {
      sink.close();
    } catch (IOException e) {
      log.warn("discarding an upload", e);
    }
  }
}
