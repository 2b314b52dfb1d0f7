# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What every step begins with: where things are, and a clean end.
set -euo pipefail

E2E=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ROOT=$(dirname "$E2E")
# shellcheck disable=SC2034 # the steps use it
BIN=${E2E_BIN:-$ROOT/bin}
SCRATCH=${E2E_SCRATCH:?run the step by e2e/run}
LOGS=$SCRATCH/logs
mkdir -p "$LOGS"

# A home of its own: neither the user's settings nor their caches may take part.
export HOME=$SCRATCH/home XDG_CACHE_HOME=$SCRATCH/home/.cache
mkdir -p "$XDG_CACHE_HOME"
unset XDG_CONFIG_HOME XDG_DATA_HOME

note() { echo "   $*"; }

# Ends the step as neither passed nor failed.
skip() {
  note "skipped: $*"
  exit 77
}

# Functions to call when the step ends, however it ends.
AT_END=()

end_step() {
  local status=$? function
  trap - EXIT INT TERM
  set +e
  for function in "${AT_END[@]}"; do "$function"; done
  exit "$status"
}
trap end_step EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

. "$E2E/lib/expect.sh"
. "$E2E/lib/servers.sh"
