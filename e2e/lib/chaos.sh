# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Kills members of the fleet while builds run, each by a seed, and tells what followed.

# Seconds since the epoch, the victim, what was done, and the action that it was running.
EVENTS=$SCRATCH/events.tsv
LONGEST_STOP=14

# disturb: one member of the fleet, chosen at random, is killed and started again, or stopped for a
# while. Returns when it is ready again, or stopped.
disturb() {
  local victim=${FLEET[RANDOM % ${#FLEET[@]}]} kind=$((RANDOM % 10)) pause=$((2 + RANDOM % LONGEST_STOP))
  if ((kind < 6)); then
    kill_server "$victim"
    record "$victim" 'kill -9'
    launch "$victim"
    await "$victim"
  elif ((kind < 8)); then
    kill -STOP "${SERVER_PID[$victim]}"
    record "$victim" "stopped for $pause s"
    sleep "$pause"
    kill -CONT "${SERVER_PID[$victim]}"
  else
    kill -TERM "${SERVER_PID[$victim]}"
    record "$victim" 'restarted by SIGTERM'
    ended_within 60 "${SERVER_PID[$victim]}" || fail "$victim does not end on SIGTERM"
    wait "${SERVER_PID[$victim]}" || fail "$victim ended with exit code $? on SIGTERM"
    launch "$victim"
    await "$victim"
  fi
}

# record VICTIM WHAT
record() {
  local running=-
  [[ $1 != worker-* ]] || running=$(running_on "$1")
  printf '%s\t%s\t%s\t%s\n' "$(date +%H:%M:%S.%3N)" "$1" "$2" "$running" >>"$EVENTS"
}

# The last action that a worker took and did not end, or - ; by its log.
running_on() {
  sed -nE 's/^([0-9:.]+) [A-Z]+: ([0-9a-f]{64})[^:]*: (taken|ended).*/\2 \3/p' "$LOGS/$1.err" |
    tail -n 1 | awk '$2 == "taken" { found = $1 } END { print found ? found : "-" }'
}

# print_events: the table, with who finished what was interrupted
print_events() {
  local time victim what running
  printf '   %-13s %-9s %-21s %s\n' when who what 'what followed'
  while IFS=$'\t' read -r time victim what running; do
    printf '   %-13s %-9s %-21s %s\n' "$time" "$victim" "$what" "$(what_followed "$time" "$running")"
  done <"$EVENTS"
}

# what_followed TIME ACTION
what_followed() {
  local found
  [[ $2 != - ]] || {
    echo '-'
    return
  }
  # Where a message was delivered twice, the other one may have been the first.
  found=$(ends "$2" | awk -v since="$1" '$1 >= since { print; exit } { before = $0 } END { print before }' |
    sed -n 1p)
  [[ -n $found ]] || found='never nobody'
  echo "${2:0:10} was finished by ${found#* } at ${found%% *}"
}

# The lines "TIME WORKER" of the ends of an action, in their order.
ends() {
  local log
  for log in "$LOGS"/worker-*.err; do
    awk -v action="$1" -v worker="$(basename "$log" .err)" \
      'index($0, action) && / ended with / { print $1, worker }' "$log"
  done | sort
}
