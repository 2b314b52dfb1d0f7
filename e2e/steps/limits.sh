#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Actions with limits of memory and processors, where this machine lets us set some.
. "$(dirname "$0")/../lib/step.sh"

# limited ARGUMENT... ; what the command prints
limited() {
  timeout 120 "$BIN/mettle" exec --server "$ADDRESS" --env PATH=/usr/bin:/bin "$@" \
    2>>"$LOGS/limited.err"
}

note 'what cannot be'
expect_exit 1 "$LOGS/nothing.log" timeout 60 "$BIN/mettle" dual --port 0 \
  --data_dir "$SCRATCH/refused" --action_memory_limit 0
expect_text "$LOGS/nothing.log" 'leaves no memory'

LIMITS=(--action_memory_limit 256M --action_cpu_limit 0.5)
status=0
timeout 60 "$BIN/mettle" dual --port 0 --data_dir "$SCRATCH/refused" --preflight_action \
  "${LIMITS[@]}" >"$LOGS/asked.out" 2>"$LOGS/asked.err" &
asked=$!
until grep -q '^ready' "$LOGS/asked.out" || ! kill -0 "$asked" 2>/dev/null; do sleep 0.1; done
kill "$asked" 2>/dev/null || true
wait "$asked" || status=$?
if ((status == 1)); then
  expect_text "$LOGS/asked.err" 'limit'
  expect_equal 'lines of the error' 1 "$(grep -c 'limit' "$LOGS/asked.err")"
  # Nobody knows that without trying.
  ! grep -q 'others are in it' "$LOGS/asked.err" ||
    skip "run this in a cgroup of its own: $(tail -n 1 "$LOGS/asked.err")"
  start_server plain "$BIN/mettle" dual --port 0 --data_dir "$SCRATCH/plain"
  expect_text "$LOGS/plain.err" 'cannot be limited here'
  stop_server plain
  skip "no limits here: $(tail -n 1 "$LOGS/asked.err")"
fi

start_server mettle "$BIN/mettle" dual --port 0 --data_dir "$SCRATCH/data" "${LIMITS[@]}"

note 'memory'
expect_equal 'the output of a modest command' fine "$(limited -- echo fine)"
status=0
limited -- /bin/sh -c 'setsid sleep 1000.'$$' & head -c 600M /dev/zero | tail -c 600M >/dev/null' \
  >"$LOGS/greedy.out" 2>"$LOGS/greedy.err" || status=$?
expect_equal 'the exit code of a greedy command' 137 "$status"
expect_text "$LOGS/limited.err" '256000000 bytes of memory'
expect_equal 'the output of the next' fine "$(limited --no_cache -- echo fine)"

note 'processors'
# shellcheck disable=SC2016 # it is the command that reads these
limited -- /bin/sh -c 'group=/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)
  end=$(($(date +%s) + 2)); while [ $(date +%s) -lt $end ]; do :; done
  cat $group/cpu.max $group/cpu.stat' >"$LOGS/busy.out"
grep -qx '50000 100000' "$LOGS/busy.out" || fail 'the limit is another, see busy.out'
grep -q '^nr_throttled [1-9]' "$LOGS/busy.out" || fail 'it was never kept waiting, see busy.out'

note 'nothing is left'
! pgrep -f "^sleep 1000.$$" >/dev/null || fail 'a process is left'
stop_server mettle
