# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Finds the blocks of a Markdown file that a line <!-- e2e: NAME --> just before the fence marks.

# readme_names FILE: the names, one a line, as they follow each other
readme_names() {
  awk '
    /^```/ { inside = !inside; if (inside && name != "") print name }
    { name = "" }
    !inside && match($0, /^<!-- e2e: [a-z]+ -->$/) { name = $3 }
  ' "$1"
}

# readme_block FILE N: the lines of the Nth marked block
readme_block() {
  awk -v wanted="$2" '
    /^```/ && !inside { 
      inside = 1; count += marked; mine = marked && count == wanted; marked = 0; next
    }
    /^```/ { inside = 0 }
    inside && mine
    !inside { marked = $0 ~ /^<!-- e2e: [a-z]+ -->$/ }
  ' "$1"
}

# readme_programs DIRECTORY: makes it, with a bin/ that leads to the one of the checkout
readme_programs() {
  local program
  mkdir -p "$1/bin"
  for program in elan mettle; do
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$BIN/$program" >"$1/bin/$program"
    chmod +x "$1/bin/$program"
  done
}

# run_readme_block FILE N DIRECTORY
run_readme_block() {
  local block log=$LOGS/readme_$2.log
  block=$(readme_block "$1" "$2")
  note "${block//$'\n'/$'\n'   }"
  cd "$3"
  expect_exit 0 "$log" timeout 300 bash -euo pipefail -c "$block"
}

# start_readme_server FILE N DIRECTORY: the block is one command, which serves until it is stopped
start_readme_server() {
  local block
  block=$(readme_block "$1" "$2")
  note "$block"
  [[ $block != *$'\n'* ]] || fail "the block that starts a server is more than one line"
  cd "$3"
  start_server readme bash -c "exec $block"
}
