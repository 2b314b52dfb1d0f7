# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What a step asserts. Each ends the step with one line that says what was wrong.

fail() {
  echo "   FAILED: $*" >&2
  exit 1
}

# expect_equal WHAT EXPECTED ACTUAL
expect_equal() {
  [[ $2 == "$3" ]] || fail "$1: expected '$2', got '$3'"
}

# expect_content FILE CONTENT, final newlines apart
expect_content() {
  [[ -f $1 ]] || fail "$1 is not there"
  expect_equal "content of $1" "$2" "$(cat "$1")"
}

# expect_link FILE TARGET
expect_link() {
  [[ -L $1 ]] || fail "$1 is not a symbolic link"
  expect_equal "target of $1" "$2" "$(readlink "$1")"
}

# expect_text LOG TEXT
expect_text() {
  grep -qF -- "$2" "$1" || fail "'$2' is not in ${1##*/}"
}

expect_no_text() {
  ! grep -qF -- "$2" "$1" || fail "'$2' is in ${1##*/}"
}

# expect_exit CODE LOG COMMAND... ; the command may be a function, its output goes to LOG
expect_exit() {
  local code=$1 log=$2 status=0
  shift 2
  "$@" >"$log" 2>&1 || status=$?
  [[ $status == "$code" ]] || fail "exit code $status instead of $code, see ${log##*/}: $*"
}
