// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

/** What {@code dual} says on stdout when it is ready. */
final class Welcome {
  private Welcome() {}

  /** One line for programs, and what a person puts into which file. */
  static String text(String host, int port, String storage) {
    // Whoever listens on all addresses can be reached on this one.
    String address = (host.isEmpty() ? "127.0.0.1" : host) + ":" + port;
    return """
        ready grpc://%1$s
        storing in %2$s

        For Bazel, in .bazelrc:
          build --remote_executor=grpc://%1$s
          build --remote_cache=grpc://%1$s
          build --remote_instance_name=mettle

        For plz, in .plzconfig:
          [remote]
          url = %1$s
          instance = mettle
          secure = false

        Stop with Ctrl-C.
        """
        .formatted(address, storage);
  }
}
