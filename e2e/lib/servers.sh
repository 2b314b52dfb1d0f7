# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Starts and stops the servers, by pid, within bounds. Output goes to $LOGS/NAME.out and .err.

START_SECONDS=180
STOP_SECONDS=30
declare -A SERVER_PID=()

# start_server NAME COMMAND... ; waits until it is ready, then ADDRESS is where it listens
# shellcheck disable=SC2034 # the steps use it
start_server() {
  local name=$1 deadline=$((SECONDS + START_SECONDS))
  shift
  : >"$LOGS/$name.out"
  "$@" >"$LOGS/$name.out" 2>>"$LOGS/$name.err" &
  SERVER_PID[$name]=$!
  until ADDRESS=$(ready_address "$LOGS/$name.out"); do
    kill -0 "${SERVER_PID[$name]}" 2>/dev/null || fail "$name ended before it was ready"
    ((SECONDS < deadline)) || fail "$name was not ready within $START_SECONDS s"
    sleep 0.1
  done
}

# A server that listens on all addresses may name any of them; this machine is what is meant.
ready_address() {
  local line
  while read -r line; do
    if [[ $line == 'ready grpc://'* ]]; then
      echo "127.0.0.1:${line##*:}"
      return 0
    fi
  done <"$1"
  return 1
}

# stop_server NAME: SIGTERM must end it with exit code 0
stop_server() {
  local pid=${SERVER_PID[$1]} status=0
  kill -TERM "$pid"
  ended_within "$STOP_SECONDS" "$pid" || fail "$1 did not end within $STOP_SECONDS s of SIGTERM"
  wait "$pid" || status=$?
  unset "SERVER_PID[$1]"
  expect_equal "exit code of $1 after SIGTERM" 0 "$status"
}

ended_within() {
  local deadline=$((SECONDS + $1))
  while kill -0 "$2" 2>/dev/null; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# What a failed step leaves running.
end_servers() {
  local pid
  for pid in "${SERVER_PID[@]}"; do kill -TERM "$pid" 2>/dev/null; done
  for pid in "${SERVER_PID[@]}"; do
    ended_within 10 "$pid" || kill -KILL "$pid"
  done
}
AT_END+=(end_servers)
