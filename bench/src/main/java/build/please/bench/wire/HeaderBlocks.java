// SPDX-License-Identifier: Apache-2.0
package build.please.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads header blocks of one connection. The peer was told to keep no table, so equal blocks mean
 * the same and each is decoded once. Not safe for concurrent use.
 */
final class HeaderBlocks {
  private static final int REMEMBERED = 1000;
  private static final long LONGEST = 64 * 1024;

  private final Map<ByteBuf, Block> known = new HashMap<>();
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, LONGEST);

  /**
   * @param status that of the call, if the block says it
   */
  record Block(boolean accepted, @Nullable RpcStatus status) {}

  HeaderBlocks() {
    try {
      decoder.configuration().maxHeaderTableSize(0);
    } catch (Http2Exception e) {
      throw new IllegalStateException(e);
    }
  }

  Block read(ByteBuf bytes) throws Http2Exception {
    Block block = known.get(bytes);
    if (block == null) {
      ByteBuf key = Unpooled.copiedBuffer(bytes);
      block = decode(bytes);
      if (known.size() < REMEMBERED) {
        known.put(key, block);
      }
    }
    return block;
  }

  private Block decode(ByteBuf bytes) throws Http2Exception {
    Http2Headers headers = decoder.decodeHeaders(0, bytes);
    CharSequence http = headers.status();
    CharSequence code = headers.get("grpc-status");
    boolean accepted = http == null || http.toString().equals("200");
    if (!accepted) {
      return new Block(false, RpcStatus.lost("HTTP status " + http));
    }
    if (code == null) {
      return new Block(true, null);
    }
    CharSequence message = headers.get("grpc-message");
    return new Block(
        true,
        new RpcStatus(
            Integer.parseInt(code.toString()),
            message == null
                ? ""
                : URLDecoder.decode(
                    message.toString().replace("+", "%2B"), StandardCharsets.UTF_8)));
  }
}
