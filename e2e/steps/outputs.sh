#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Outputs on a small heap: a hundred thousand files; links that lead out, through which nothing
# changes; a kind that cannot be stored.
. "$(dirname "$0")/../lib/step.sh"

export JAVA_TOOL_OPTIONS=-Xmx400m
start_server mettle "$BIN/mettle" dual --port 0 --data_dir "$SCRATCH/data"

# remote_exec NAME ARGUMENT... ; its output goes to NAME.out and NAME.err, STATUS is its exit code
remote_exec() {
  local name=$1
  shift
  STATUS=0
  timeout 600 "$BIN/mettle" exec --server "$ADDRESS" --env PATH=/usr/bin:/bin "$@" \
    >"$LOGS/$name.out" 2>"$LOGS/$name.err" || STATUS=$?
}

cd "$SCRATCH"

note 'links that lead out'
mkdir outside
echo sings >outside/canary
chmod 640 outside/canary
touch -d @1000000000 outside/canary
before=$(stat -c '%a %h %s %X %Y %Z' outside outside/canary)
remote_exec links --output link --output tree --env _BINARY=true -- /bin/sh -c "
  ln -s '$SCRATCH/outside/canary' link
  mkdir tree
  ln -s '$SCRATCH/outside' tree/out
  ln -s '$SCRATCH/outside/canary' tree/canary
  chmod 500 tree"
expect_equal 'exit code' 0 "$STATUS"
expect_equal 'the link' "$SCRATCH/outside/canary" "$(readlink link)"
expect_equal 'the link in the tree' "$SCRATCH/outside" "$(readlink tree/out)"
expect_equal 'modes and times outside' "$before" "$(stat -c '%a %h %s %X %Y %Z' outside outside/canary)"

note 'a pipe, and beside it a file'
remote_exec pipe --output pipe --output file -- /bin/sh -c 'mkfifo pipe; echo kept > file'
expect_equal 'exit code' 125 "$STATUS"
expect_text "$LOGS/pipe.err" 'output pipe is a device, socket or pipe'

note 'a hundred thousand files'
remote_exec many --output many -- \
  /bin/sh -c 'mkdir many; seq 100000 | split -l 1 -a 5 - many/f'
expect_equal 'exit code' 0 "$STATUS"
expect_equal 'how many' 100000 "$(find many -type f | wc -l)"
expect_equal 'what is in them' "$(seq 100000 | cksum)" "$(find many -type f -print0 | sort -z | xargs -0 cat | cksum)"

stop_server mettle
