#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Bazel against the two servers apart: first each address for its own purpose, then one for both.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/bazel.sh"
. "$E2E/lib/bazel_outputs.sh"
. "$E2E/lib/bazel_failures.sh"
. "$E2E/lib/bazel_builds.sh"
. "$E2E/lib/split.sh"

make_bazel_workspace
start_split

note 'two addresses'
remote "$METTLE" "$ELAN"
expect_executed_build apart
expect_cached_build apart

note 'one address, which forwards'
remote "$METTLE" "$METTLE"
expect_cached_build forwarded
expect_executed_build forwarding
expect_minimal_builds
expect_bazel_failures

stop_split
