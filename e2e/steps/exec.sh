#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The client that comes with the server: outputs, the cache, and what passes through.
. "$(dirname "$0")/../lib/step.sh"

start_server mettle "$BIN/mettle" dual --port 0 --data_dir "$SCRATCH/data"

# remote_exec NAME ARGUMENT... ; its output goes to NAME.out and NAME.err, STATUS is its exit code
remote_exec() {
  local name=$1
  shift
  STATUS=0
  timeout 120 "$BIN/mettle" exec --server "$ADDRESS" "$@" \
    >"$LOGS/$name.out" 2>"$LOGS/$name.err" || STATUS=$?
}

cd "$SCRATCH"
echo 'some text' >a.txt
upper=(--input a.txt --output b.txt -- /bin/sh -c 'tr a-z A-Z < a.txt > b.txt')

note 'executed'
remote_exec first "${upper[@]}"
expect_equal 'exit code' 0 "$STATUS"
expect_content b.txt 'SOME TEXT'
expect_no_text "$LOGS/first.err" 'from the cache'

note 'from the cache'
rm b.txt
remote_exec second "${upper[@]}"
expect_equal 'exit code' 0 "$STATUS"
expect_content b.txt 'SOME TEXT'
expect_text "$LOGS/second.err" 'from the cache'

note 'the executable bit'
remote_exec executable --output run.sh --output plain.txt -- \
  /bin/sh -c "printf '#!/bin/sh\necho ran\n' > run.sh; chmod +x run.sh; : > plain.txt"
expect_equal 'exit code' 0 "$STATUS"
[[ -x run.sh ]] || fail 'run.sh is not executable'
expect_equal 'what it says' ran "$(./run.sh)"
[[ ! -x plain.txt ]] || fail 'plain.txt is executable'

# Twice: a failure must not come from the cache. Bazel cannot show it: it ignores such results.
note 'stdout, stderr and exit code'
for attempt in failing failing_again; do
  remote_exec $attempt -- /bin/sh -c 'echo out; echo err >&2; exit 7'
  expect_equal 'exit code' 7 "$STATUS"
  expect_content "$LOGS/$attempt.out" out
  grep -qx err "$LOGS/$attempt.err" || fail 'stderr did not arrive'
  expect_no_text "$LOGS/$attempt.err" 'from the cache'
done

stop_server mettle

note 'no server'
remote_exec no_server -- /bin/true
expect_equal 'exit code without a server' 125 "$STATUS"
