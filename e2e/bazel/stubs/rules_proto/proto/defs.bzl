# SPDX-License-Identifier: Apache-2.0
"""The built-in proto rules, where Bazel's own tools look for them, so nothing is downloaded."""

proto_lang_toolchain = native.proto_lang_toolchain
proto_library = native.proto_library
