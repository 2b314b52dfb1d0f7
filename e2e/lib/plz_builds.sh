# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Builds and tests of the whole plz workspace: executed, then answered from the cache.

expect_plz_outputs() (
  cd "$WORKSPACE/plz-out/gen" || fail 'there is no plz-out/gen'
  expect_content demo/upper.txt HELLO
  expect_content demo/sub/b.txt b
  expect_content demo/use_tool.txt $'hello\nmade by the tool'
  [[ -d demo/tree/empty ]] || fail 'the empty directory of demo/tree is not there'
  expect_equal 'what the program in the tree says' ran "$(demo/tree/sub/run.sh)"
  expect_content demo/tree_list.txt $'ran\n.\n./empty\n./one.txt\n./sub\n./sub/run.sh'
  expect_content demo/x.txt x
  expect_content demo/inner/y.txt y
  # As a link without its target or as the file behind it: servers differ, and plz takes both.
  [[ -L demo/link.txt || -f demo/link.txt ]] || fail 'demo/link.txt is not there'
  expect_content demo/text.txt 'text from the build file'
  expect_content demo/empty.txt ''
  expect_content demo/big_sum.txt "$(head -c 6000000 /dev/zero | sha256sum | cut -d ' ' -f 1)"
  expect_equal 'size of demo/big.bin' 6000000 "$(stat -c %s demo/big.bin)"
  expect_content consumer/collect.txt $'hello\nHELLO\na\nb'
)

# plz_build_and_test NAME: everything that can succeed, from no memory of earlier runs
plz_build_and_test() {
  fresh_plz
  BUILD_LOG=$LOGS/plz_build_$1.log TEST_LOG=$LOGS/plz_test_$1.log
  expect_exit 0 "$BUILD_LOG" remote_plz build --download //demo:all //consumer:all
  expect_plz_outputs
  expect_exit 0 "$TEST_LOG" remote_plz test //demo:all
  expect_text "$TEST_LOG" '3 test targets and 3 tests run; 3 passed.'
}

expect_executed_plz() {
  plz_build_and_test "$1"
  # One for each genrule and each test's build; two for the one that names its output at the end.
  expect_equal 'number of executions' 18 "$(executions "$BUILD_LOG")"
  expect_equal 'number of executed tests' 3 "$(executions "$TEST_LOG")"
  note '18 actions and 3 tests executed'
}

expect_cached_plz() {
  plz_build_and_test "$1"
  expect_equal 'number of executions' 0 "$(executions "$BUILD_LOG")"
  expect_equal 'number of executed tests' 0 "$(executions "$TEST_LOG")"
  # The 18, of which two are one target's, and two targets whose results plz wrote itself.
  expect_equal 'number of cache hits' 19 "$(hits "$BUILD_LOG")"
  note 'all actions and tests answered from the cache'
}

# Told to build again, plz asks the server not to look into the cache: one action, one test.
expect_forced_plz() {
  local log=$LOGS/plz_rebuild.log
  fresh_plz
  expect_exit 0 "$log" remote_plz build --rebuild //demo:upper
  expect_equal 'number of executions' 1 "$(executions "$log")"
  log=$LOGS/plz_rerun.log
  expect_exit 0 "$log" remote_plz test --rerun //demo:pass_test
  expect_equal 'number of executions' 1 "$(executions "$log")"
}

# A directory with links inside, which few servers let plz verify (FMB-04).
expect_plz_links() {
  fresh_plz
  expect_exit 0 "$LOGS/plz_linktree.log" \
    remote_plz build --download //demo:linktree //demo:linktree_list
  (
    cd "$WORKSPACE/plz-out/gen/demo" || fail 'there is no plz-out/gen/demo'
    expect_link linktree/sub/up ../one.txt
    expect_link linktree/beside one.txt
    expect_link linktree/outside ../../outside.txt
    expect_content linktree_list.txt $'one\none\n../one.txt\none.txt\n../../outside.txt'
  )
}
