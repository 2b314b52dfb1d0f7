#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# plz against the two servers apart: first each address for its own purpose, then one for both.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/plz.sh"
. "$E2E/lib/plz_builds.sh"
. "$E2E/lib/plz_failures.sh"
. "$E2E/lib/split.sh"

start_split

note 'two addresses'
remote "$METTLE" "$ELAN"
expect_executed_plz apart
expect_plz_links
expect_plz_failures

note 'one address, which forwards'
remote "$METTLE" "$METTLE"
expect_cached_plz forwarded
expect_forced_plz
stop_split
