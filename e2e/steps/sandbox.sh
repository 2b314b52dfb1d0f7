#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Commands in namespaces, by bubblewrap and without it: `mettle exec`, then Bazel's whole workspace;
# and what is refused.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/bazel.sh"
. "$E2E/lib/bazel_outputs.sh"
. "$E2E/lib/bazel_failures.sh"
. "$E2E/lib/bazel_builds.sh"

# refused NAME PATTERN ARGUMENT... ; a start that must fail, with one line that says why
refused() {
  local name=$1 pattern=$2
  shift 2
  expect_exit 1 "$LOGS/$name.log" timeout 60 "$BIN/mettle" dual --port 0 \
    --data_dir "$SCRATCH/refused" "$@"
  grep -q -- "$pattern" "$LOGS/$name.log" || fail "not the right reason in $name.log"
}

note 'what is not there, or does not work'
refused absent_tool 'no such program' --sandbox=/no/such/tool
refused broken_tool 'does not work here' --sandbox=/bin/false

# All programs but these, for servers that are to do without.
without() {
  local program
  mkdir "$SCRATCH/without"
  for program in /usr/sbin/* /usr/bin/* /sbin/* /bin/*; do
    ln -sf "$program" "$SCRATCH/without/"
  done
  for program in "$@"; do rm -f "$SCRATCH/without/$program"; done
}

# Not Bazel's own sandbox, nor what it finds in PATH.
JAVA_HOME=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}
export JAVA_HOME

without bwrap unshare
PATH=$SCRATCH/without refused no_programs 'needs bubblewrap, or unshare' --sandbox=namespaces
rm -r "$SCRATCH/without"
without bwrap

# sandboxed ARGUMENT... ; what the command prints
sandboxed() {
  timeout 120 "$BIN/mettle" exec --server "$ADDRESS" --env PATH=/usr/bin:/bin "$@" \
    2>>"$LOGS/sandboxed.err"
}

# start_sandbox PATH_OF_THE_SERVER
start_sandbox() {
  PATH=$1 start_server mettle "$BIN/mettle" dual --port 0 --data_dir "$SCRATCH/data" \
    --sandbox=namespaces
}

# in_namespaces NAME PATH_OF_THE_SERVER
in_namespaces() {
  local client deadline
  note "$1: mettle exec"
  start_sandbox "$2"
  remote "$ADDRESS" "$ADDRESS"
  mkdir "$SCRATCH/$1"
  cd "$SCRATCH/$1"
  echo text >a.txt
  sandboxed --no_cache --input a.txt --output b.txt -- /bin/sh -c 'tr a-z A-Z <a.txt >b.txt'
  expect_content b.txt TEXT
  expect_equal 'what a command may write to outside' '' \
    "$(sandboxed --no_cache -- /bin/sh -c \
      'touch /etc/x /var/tmp/x ../x ~/x 2>/dev/null; ls ../x /etc/x 2>/dev/null; true')"
  expect_equal 'networks' lo \
    "$(sandboxed --no_cache -- sed -n 's/ *\([a-z0-9]*\):.*/\1/p' /proc/net/dev)"
  expect_equal 'its network namespace where it asks' "$(readlink /proc/self/ns/net)" \
    "$(sandboxed --no_cache --platform network=true -- readlink /proc/self/ns/net)"
  (($(sandboxed --no_cache -- /bin/sh -c 'ls /proc | grep -c "^[0-9]"') < 8)) ||
    fail 'it sees other processes'

  note "$1: the end of a server that is killed is the end of its commands"
  sandboxed --no_cache -- /bin/sh -c "env -i setsid sleep 1000.$$ & sleep 1000.$$" &
  client=$!
  until pgrep -f "^sleep 1000.$$" >/dev/null; do sleep 0.1; done
  kill -KILL "${SERVER_PID[mettle]}"
  wait "${SERVER_PID[mettle]}" || true
  unset 'SERVER_PID[mettle]'
  deadline=$((SECONDS + 10))
  while pgrep -f "^sleep 1000.$$" >/dev/null; do
    ((SECONDS < deadline)) || fail 'a command outlives its server'
    sleep 0.1
  done
  kill "$client" 2>/dev/null || true
  wait "$client" || true

  note "$1: Bazel"
  rm -rf "$SCRATCH/data"
  start_sandbox "$2"
  remote "$ADDRESS" "$ADDRESS"
  expect_executed_build "sandboxed_$1"
  expect_bazel_failures
  stop_server mettle
}

make_bazel_workspace
skipped=()
if ! command -v bwrap >/dev/null; then
  skipped+=('there is no bubblewrap, and it cannot be installed')
elif ! bwrap --unshare-all --dev /dev --proc /proc --ro-bind / / true 2>"$LOGS/bwrap.log"; then
  refused no_bubblewrap 'does not work here' --sandbox=namespaces
  skipped+=("no namespaces by bubblewrap here: $(head -n 1 "$LOGS/bwrap.log")")
else
  in_namespaces bubblewrap "$PATH"
fi
if ! unshare --map-root-user --mount --pid --fork --mount-proc --net true 2>"$LOGS/unshare.log"; then
  PATH=$SCRATCH/without refused no_unshare 'does not work here' --sandbox=namespaces
  skipped+=("no namespaces by unshare here: $(head -n 1 "$LOGS/unshare.log")")
else
  in_namespaces unshare "$SCRATCH/without"
fi
((${#skipped[@]} == 0)) || skip "${skipped[@]}"
