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

note 'as it is printed'
timeout 120 "$BIN/mettle" exec --server "$ADDRESS" --no_cache -- \
  /bin/sh -c "echo first; until test -e '$SCRATCH/go'; do sleep 0.1; done; echo second" \
  >"$LOGS/live.out" 2>"$LOGS/live.err" &
client=$!
deadline=$((SECONDS + 60))
until grep -qx first "$LOGS/live.out"; do
  ((SECONDS < deadline)) || fail 'nothing is shown while the command runs'
  sleep 0.1
done
touch "$SCRATCH/go"
wait "$client" || fail 'the command failed'
expect_content "$LOGS/live.out" $'first\nsecond'

note 'times and stages'
for part in queue fetch run upload; do
  grep -q "($part [0-9]* ms\|, $part [0-9]* ms" "$LOGS/live.err" || fail "no time of $part is told"
done
expect_text "$LOGS/live.err" 'mettle: executing on'
remote_exec json --json --no_cache -- /bin/sh -c 'echo out; echo err >&2; exit 3'
expect_equal 'exit code' 3 "$STATUS"
expect_equal 'lines of the object' 1 "$(wc -l <"$LOGS/json.out")"
for member in '"exit_code":3' '"stdout":"out\n"' '"stderr":"err\n"' '"times":{"queue_ms":' '"cached":false'; do
  tr -d ' ' <"$LOGS/json.out" | grep -qF "$member" || fail "no $member in json.out"
done
remote_exec quiet --quiet --no_cache -- /bin/sh -c 'echo out'
expect_content "$LOGS/quiet.out" out
expect_content "$LOGS/quiet.err" ''
if command -v script >/dev/null; then
  script -qec "$BIN/mettle exec --server $ADDRESS --no_cache -- echo on-a-terminal" /dev/null \
    >"$LOGS/terminal.out" </dev/null
  expect_text "$LOGS/terminal.out" 'mettle: [==> ] executing on'
  expect_text "$LOGS/terminal.out" on-a-terminal
else
  note 'not seen on a terminal: there is no script(1)'
fi

stop_server mettle

note 'no server'
remote_exec no_server -- /bin/true
expect_equal 'exit code without a server' 125 "$STATUS"
