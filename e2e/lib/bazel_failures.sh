# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the user must see when an action fails, and that no failure is remembered.

expect_bazel_failures() {
  local log=$LOGS/failing_test.log
  expect_exit 3 "$log" remote_bazel test //sh:failing_test
  expect_text "$log" 'the log of the failing test arrived'

  # The test itself must run again; only the action that makes its XML may be a hit.
  clean_bazel
  log=$LOGS/failing_test_again.log
  expect_exit 3 "$log" remote_bazel test //sh:failing_test
  expect_text "$log" 'the log of the failing test arrived'
  (($(bazel_count "$log" remote) > 0)) || fail 'the failing test was not run again'

  local began=$SECONDS
  log=$LOGS/slow_test.log
  expect_exit 3 "$log" remote_bazel test --test_timeout=2 //sh:slow_test
  expect_text "$log" 'TIMEOUT: //sh:slow_test'
  expect_text "$log" 'the log of the slow test arrived'
  ((SECONDS - began < 60)) || fail 'a time limit of 2 s did not stop a sleep of 100 s'

  log=$LOGS/broken_compile.log
  expect_exit 1 "$log" remote_bazel build //cc:broken
  expect_text "$log" 'error: #error this compile fails on purpose'

  log=$LOGS/failing_genrule.log
  expect_exit 1 "$log" remote_bazel build //gen:failing
  expect_text "$log" '(Exit 3)'
  # Alone on a line: the command, which is shown too, has them within a longer one.
  grep -qx 'words on stdout' "$log" || fail 'the stdout of a failing genrule did not arrive'
  grep -qx 'words on stderr' "$log" || fail 'the stderr of a failing genrule did not arrive'
}
