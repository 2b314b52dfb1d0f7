#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Bazel against one process that is both servers, and against the same data after a restart.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/bazel.sh"
. "$E2E/lib/bazel_outputs.sh"
. "$E2E/lib/bazel_failures.sh"
. "$E2E/lib/bazel_builds.sh"

start_dual() {
  start_server mettle "$BIN/mettle" dual --port 0 --data_dir "$SCRATCH/data"
  remote "$ADDRESS" "$ADDRESS"
}

make_bazel_workspace
start_dual

note 'an empty store'
expect_executed_build first
note 'the same again'
expect_cached_build first
expect_forced_build
note 'no downloads'
expect_minimal_builds
note 'failures'
expect_bazel_failures

note 'a restart'
stop_server mettle
start_dual
expect_cached_build restarted
stop_server mettle
