// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

/** What {@code dual} says on stdout when it is ready. */
final class Welcome {
  private Welcome() {}

  /** What clients must speak. */
  enum Transport {
    PLAINTEXT,
    TLS
  }

  /**
   * One line for programs, the same for either transport, and what a person puts into which file.
   */
  static String text(String host, int port, Transport transport, String storage) {
    // Whoever listens on all addresses can be reached on this one.
    String address = (host.isEmpty() ? "127.0.0.1" : host) + ":" + port;
    return """
        ready grpc://%1$s
        storing in %2$s

        For Bazel, in .bazelrc:
          build --remote_executor=%3$s://%1$s
          build --remote_cache=%3$s://%1$s
          build --remote_instance_name=mettle

        For plz, in .plzconfig:
          [remote]
          url = %1$s
          instance = mettle
          secure = %4$s

        Stop with Ctrl-C.
        """
        .formatted(
            address,
            storage,
            transport == Transport.TLS ? "grpcs" : "grpc",
            transport == Transport.TLS);
  }
}
