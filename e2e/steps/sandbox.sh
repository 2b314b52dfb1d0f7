#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Commands in namespaces: `mettle exec`, then Bazel's whole workspace; and what is refused.
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

if ! command -v bwrap >/dev/null; then
  refused no_bubblewrap 'bubblewrap' --sandbox=namespaces
  skip 'there is no bubblewrap, and it cannot be installed'
fi
if ! bwrap --unshare-all --dev /dev --proc /proc --ro-bind / / true 2>"$LOGS/bwrap.log"; then
  refused no_namespaces 'does not work here' --sandbox=namespaces
  skip "no namespaces here: $(head -n 1 "$LOGS/bwrap.log")"
fi

start_server mettle "$BIN/mettle" dual --port 0 --data_dir "$SCRATCH/data" --sandbox=namespaces
remote "$ADDRESS" "$ADDRESS"

# sandboxed ARGUMENT... ; what the command prints
sandboxed() {
  timeout 120 "$BIN/mettle" exec --server "$ADDRESS" --env PATH=/usr/bin:/bin "$@" \
    2>>"$LOGS/sandboxed.err"
}

note 'mettle exec'
cd "$SCRATCH"
echo text >a.txt
sandboxed --input a.txt --output b.txt -- /bin/sh -c 'tr a-z A-Z <a.txt >b.txt'
expect_content b.txt TEXT
expect_equal 'what a command may write to outside' '' \
  "$(sandboxed -- /bin/sh -c 'touch /etc/x /var/tmp/x ../x ~/x 2>/dev/null; ls ../x /etc/x 2>/dev/null; true')"
expect_equal 'networks' lo "$(sandboxed -- sed -n 's/ *\([a-z0-9]*\):.*/\1/p' /proc/net/dev)"
expect_equal 'its network namespace where it asks' "$(readlink /proc/self/ns/net)" \
  "$(sandboxed --platform network=true -- readlink /proc/self/ns/net)"
(($(sandboxed -- /bin/sh -c 'ls /proc | grep -c "^[0-9]"') < 8)) || fail 'it sees other processes'

note 'the end of a server that is killed is the end of its commands'
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

note 'Bazel'
start_server mettle "$BIN/mettle" dual --port 0 --data_dir "$SCRATCH/data" --sandbox=namespaces
remote "$ADDRESS" "$ADDRESS"
make_bazel_workspace
expect_executed_build sandboxed
expect_bazel_failures
stop_server mettle
