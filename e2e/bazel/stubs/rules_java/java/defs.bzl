# SPDX-License-Identifier: Apache-2.0
"""The built-in Java rules, where Bazel's own tools look for them, so nothing is downloaded."""

java_binary = native.java_binary
java_import = native.java_import
java_library = native.java_library
java_proto_library = native.java_proto_library
java_runtime = native.java_runtime
java_test = native.java_test
java_toolchain = native.java_toolchain
