#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# plz against one process that is both servers.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/plz.sh"
. "$E2E/lib/plz_builds.sh"
. "$E2E/lib/plz_failures.sh"

start_server mettle "$BIN/mettle" dual --port 0 --data_dir "$SCRATCH/data"
remote "$ADDRESS" "$ADDRESS"

note 'an empty store'
expect_executed_plz first
note 'the same again'
expect_cached_plz again
expect_forced_plz
note 'a directory with links'
expect_plz_links
note 'failures'
expect_plz_failures
stop_server mettle
