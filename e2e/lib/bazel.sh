# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Bazel in a copy of our workspace, and what it says that it did.

WORKSPACE=$SCRATCH/workspace
BAZEL_SECONDS=300

make_bazel_workspace() {
  cp -R "$E2E/bazel" "$WORKSPACE"
  # Too big for the repository. Not compressible, and no chunk like another.
  head -c 5242880 /dev/urandom >"$WORKSPACE/gen/big.bin"
  AT_END+=(end_bazel)
}

# The server that Bazel leaves in the background would end by itself as well, but later.
end_bazel() {
  bazel_in_workspace shutdown >/dev/null 2>&1
}

bazel_in_workspace() {
  (cd "$WORKSPACE" &&
    exec timeout "$BAZEL_SECONDS" bazel --max_idle_secs=60 --output_user_root="$SCRATCH/bazel" "$@")
}

# remote EXECUTOR CACHE: where the following remote_bazel go
remote() {
  EXECUTOR=grpc://$1 CACHE=grpc://$2
}

# remote_bazel COMMAND ARGUMENT...
remote_bazel() {
  local command=$1
  shift
  bazel_in_workspace "$command" --config=remote \
    "--remote_executor=$EXECUTOR" "--remote_cache=$CACHE" "$@"
}

# clean_bazel: forgets every output, on this side only
clean_bazel() {
  expect_exit 0 "$LOGS/clean.log" bazel_in_workspace clean
}

# The lines "COUNT KIND" of Bazel's own summary, the last one of the log.
bazel_counts() {
  sed -nE 's/^INFO: [0-9]+ process(es)?: (.*)\.$/\2/p' "$1" | tail -n 1 | sed 's/, /\n/g'
}

# bazel_count LOG KIND: how many processes of one kind, 0 if it is not named
bazel_count() {
  bazel_counts "$1" | awk -v kind="$2" \
    '{ n = $1; sub(/^[0-9]+ /, "") } $0 == kind { found = n } END { print found + 0 }'
}

# expect_kinds LOG KIND...: nothing was run in any other way
expect_kinds() {
  local log=$1 count kind
  shift
  [[ -n $(bazel_counts "$log") ]] || fail "Bazel does not say in ${log##*/} what it ran"
  while read -r count kind; do
    printf '%s\n' internal "$@" | grep -qxF "$kind" ||
      fail "$count processes are '$kind' in ${log##*/}"
  done < <(bazel_counts "$log")
}
