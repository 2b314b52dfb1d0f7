#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Ten thousand actions, a tenth of them nasty, and then nothing is left of them: no process, no
# descriptor, no thread, no directory. Nor after the server was killed, or told to stop, meanwhile.
. "$(dirname "$0")/../lib/step.sh"

ACTIONS=${E2E_NASTY_ACTIONS:-10000}
WORK=$SCRATCH/data/work
# Where it is noted for a day which actions a worker did not survive.
JOURNAL=mettle_attempts
# In the command line of whatever a nasty action leaves behind.
MARK=1000.$$

start_dual() {
  start_server mettle "$BIN/mettle" dual --port 0 --data_dir "$SCRATCH/data" --num_workers 4 "$@"
}

# run_actions NAME COUNT ARGUMENT... ; exit codes of the command's own are fine, ours are not
run_actions() {
  local name=$1 count=$2 status=0
  shift 2
  timeout 800 "$BIN/mettle" exec --server "$ADDRESS" --env PATH=/usr/bin:/bin --repeat "$count" \
    "$@" >"$LOGS/$name.out" 2>"$LOGS/$name.err" || status=$?
  echo "$status" >"$LOGS/$name.status"
}

# start_endless: an action that does not end by itself, until its processes run
start_endless() {
  timeout 120 "$BIN/mettle" exec --server "$ADDRESS" --env PATH=/usr/bin:/bin --no_cache \
    -- /bin/sh -c "setsid sleep $MARK & sleep $MARK" >>"$LOGS/endless.out" 2>>"$LOGS/endless.err" &
  CLIENT=$!
  local deadline=$((SECONDS + 60))
  until [[ -n $(processes_left) ]]; do
    ((SECONDS < deadline)) || fail 'the action does not run'
    sleep 0.1
  done
}

end_client() {
  kill "$CLIENT" 2>/dev/null || true
  wait "$CLIENT" || true
}

# What is left of actions: by the mark, by the place.
processes_left() {
  local process
  for process in /proc/[0-9]*; do
    if tr '\0' ' ' <"$process/cmdline" | grep -qF "sleep $MARK" ||
      [[ $(readlink "$process/cwd") == "$WORK"/* ]]; then
      grep -qs '^State:.[ZX]' "$process/status" || echo "${process##*/}"
    elif [[ $(<"$process/comm") == "ghost_$$" ]] &&
      grep -qsE '^Threads:.([2-9]|1[0-9])' "$process/status"; then
      echo "${process##*/}"
    fi
  done 2>/dev/null
}

expect_no_processes() {
  local left
  left=$(processes_left)
  # shellcheck disable=SC2086 # each is a number
  [[ -z $left ]] || fail "processes are left: $(ps -o pid,ppid,stat,args -p ${left//$'\n'/,})"
}

# The threads, the descriptors but those of connections, and the entries of the work directory but the
# journal's, of which each slot keeps one.
census() {
  local process=/proc/${SERVER_PID[mettle]}
  echo "descriptors: $(find "$process/fd" -printf '%l\n' | grep -vc '^socket:')"
  echo "directories: $(find "$WORK" -mindepth 1 | grep -vc -e '\.lock$' -e '/mettle_attempts/')"
  echo "threads: $(find "$process/task" -mindepth 1 -maxdepth 1 | wc -l)"
}

# expect_census BEFORE: the same again, within a while, since removals are not waited for; of threads
# no more than the pools may have that were not full yet
expect_census() {
  local deadline=$((SECONDS + 30)) now
  until now=$(census) && [[ ${now%%threads*} == "${1%%threads*}" ]] &&
    ((${now##*: } <= ${1##*: } + 64)); do
    ((SECONDS < deadline)) || fail "before: ${1//$'\n'/, }; now: ${now//$'\n'/, }"
    sleep 0.5
  done
  note "${now//$'\n'/, }"
}

# A process whose first thread has ended, and that lives on by its second.
cat >"$SCRATCH/ghost.c" <<'END'
#include <pthread.h>
#include <unistd.h>

static void *live_on(void *nothing) {
  sleep(1000);
  return nothing;
}

int main(void) {
  pthread_t second;
  pthread_create(&second, NULL, live_on, NULL);
  chdir("/");
  setsid();
  pthread_exit(NULL);
}
END
gcc -pthread -o "$SCRATCH/ghost_$$" "$SCRATCH/ghost.c"

NASTY=(
  "(setsid sh -c '(cd /; exec sleep $MARK) &' > /dev/null 2>&1 &) ; true"
  "$SCRATCH/ghost_$$ > /dev/null 2>&1 & sleep 0.01"
  "sleep $MARK & sleep $MARK & true"
  "setsid sleep $MARK & true"
  "env -i setsid sh -c 'trap \"\" TERM HUP; sleep $MARK & sleep $MARK' & sleep 0.01"
  "setsid sh -c 'kill -STOP \$\$; exec sleep $MARK' & sleep 0.01"
  "bash -c 'set -m; (cd /; exec env -i sleep $MARK) < /dev/null > /dev/null 2>&1 &'; true"
  "mkdir -p a/b c; touch a/b/f; chmod 0 a/b a; chmod 555 c; sleep $MARK & chmod 0 ."
  "rm -rf ../root; sh -c 'setsid sleep $MARK & kill -9 \$\$'; true"
  "for i in 1 2 3 4 5 6 7 8; do setsid sh -c 'for j in 1 2 3; do setsid sleep $MARK & done' & done"
)

start_dual
run_actions warm 200 -- /bin/true
expect_no_processes
before=$(census)
note "before: ${before//$'\n'/, }"

note "$ACTIONS actions, $((ACTIONS / 10)) of them nasty"
began=$SECONDS runs=()
for i in 1 2 3; do
  run_actions "mild_$i" $((ACTIONS * 3 / 10)) -- /bin/true &
  runs+=($!)
done
for i in "${!NASTY[@]}"; do
  run_actions "nasty_$i" $((ACTIONS / 100)) -- /bin/sh -c "${NASTY[$i]}"
done
# Each of these ends with a failure, after which a client does not go on.
for i in $(seq $((ACTIONS / 1000 + 1))); do
  run_actions "stubborn_$i" 1 --timeout 500ms \
    -- /bin/sh -c "trap '' TERM; setsid sleep $MARK & sleep $MARK; sleep $MARK" &
  runs+=($!)
  run_actions "late_$i" 1 --timeout 50ms -- /bin/sh -c "setsid sleep $MARK & sleep $MARK"
done
wait "${runs[@]}"
for status in "$LOGS"/{mild,nasty}_*.status; do expect_content "$status" 0; done
note "in $((SECONDS - began)) s"
expect_no_processes
expect_census "$before"

# It leaves what it cannot help to leave; who comes next finds it.
note 'killed'
start_endless
kill -KILL "${SERVER_PID[mettle]}"
wait "${SERVER_PID[mettle]}" || true
unset 'SERVER_PID[mettle]'
[[ -n $(processes_left) ]] || fail 'the killed server left nothing to find'
end_client
start_dual
expect_no_processes
deadline=$((SECONDS + 20))
until (($(ls -A --ignore="$JOURNAL" "$WORK" | wc -l) == 2)); do
  ((SECONDS < deadline)) || fail "in $WORK there are: $(ls -A "$WORK")"
  sleep 0.2
done

note 'told to stop'
stop_server mettle
start_dual --drain_timeout 1s
start_endless
stop_server mettle
end_client
expect_no_processes
expect_equal 'what is left where actions ran' '' "$(ls -A --ignore="$JOURNAL" "$WORK")"
