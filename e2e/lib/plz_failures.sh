# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the user of plz must see when an action fails. Each runs once, and again the next time.

# expect_plz_failure CODE COMMAND TARGET TEXT...
expect_plz_failure() {
  local code=$1 command=$2 target=$3 attempt text log
  shift 3
  for attempt in first second; do
    log=$LOGS/plz_${target##*:}_$attempt.log
    fresh_plz
    expect_exit "$code" "$log" remote_plz "$command" "$target"
    for text in "$@"; do expect_text "$log" "$text"; done
    expect_equal "number of executions of $target" 1 "$(executions "$log")"
  done
}

expect_plz_failures() {
  local began=$SECONDS
  expect_plz_failure 2 build //demo:fails \
    'Remotely executed command exited with 3' 'words on stdout' 'words on stderr'
  expect_plz_failure 2 build //demo:missing_out 'failed to produce output never.txt'
  # What is built before the test runs must not count.
  fresh_plz
  expect_exit 0 "$LOGS/plz_fail_test_build.log" remote_plz build //demo:fail_test
  expect_plz_failure 7 test //demo:fail_test 'the log of the failing test arrived'
  expect_plz_failure 2 build //demo:slow 'deadline exceeded'
  ((SECONDS - began < 30)) || fail 'a time limit of 2 s did not stop a sleep of 30 s'
}
