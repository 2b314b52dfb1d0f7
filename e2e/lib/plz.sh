# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# plz in a copy of our workspace.

[[ -n ${PLZ:-} ]] || skip 'plz was not tried, since PLZ does not name a plz binary'
command -v "$PLZ" >/dev/null || fail "PLZ names '$PLZ', which is not a program"

PLZ_SECONDS=180

# plz remembers what it built in three places; afterwards it remembers nothing.
fresh_plz() {
  WORKSPACE=$(mktemp -d "$SCRATCH/plz.XXXX")
  cp -R "$E2E/plz/." "$WORKSPACE"
  export HOME=$WORKSPACE.home XDG_CACHE_HOME=$WORKSPACE.home/.cache
  mkdir -p "$XDG_CACHE_HOME"
}

# remote EXECUTOR CACHE: where the following remote_plz go
remote() {
  EXECUTOR=$1 CACHE=$2
}

# remote_plz COMMAND ARGUMENT... ; -v info is what makes plz tell executions from hits
remote_plz() {
  local command=$1
  shift
  (cd "$WORKSPACE" &&
    timeout "$PLZ_SECONDS" "$PLZ" --profile remote "$command" -p -v info \
      -o "remote.url:$EXECUTOR" -o "remote.casurl:$CACHE" "$@" 2>&1 | without_connections)
}

# It also tells the life of each of 25 connections, a thousand lines that hide the rest.
without_connections() {
  awk '/^[0-9:.]+ +INFO: \[\[/ { noise = 1; next } noise && /^[ }]/ { next } { noise = 0; print }'
}

executions() { grep -cF 'Submitting job' "$1" || true; }
hits() { grep -cF 'Reused existing action' "$1" || true; }
