# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Builds of the whole Bazel workspace: executed, answered from the cache, and without downloads.

# A word that makes every action another one, so that nothing of it is in the cache. It takes both:
# linking gets no environment, and an action with properties of its own not the default ones.
salted_with() {
  SALT=("--action_env=E2E_ROUND=$1" "--remote_default_exec_properties=e2e=$1")
}

# expect_executed_build ROUND: everything runs on the server. ACTIONS is then how many there are.
expect_executed_build() {
  local log=$LOGS/executed_$1.log
  salted_with "$1"
  clean_bazel
  expect_exit 0 "$log" remote_bazel test "${SALT[@]}" //...
  expect_kinds "$log" remote
  ACTIONS=$(bazel_count "$log" remote)
  ((ACTIONS > 0)) || fail 'nothing was executed'
  expect_bazel_outputs
  note "$ACTIONS actions executed"
}

# The build before once more: each of its actions is a hit.
expect_cached_build() {
  local log=$LOGS/cached_$1.log
  clean_bazel
  expect_exit 0 "$log" remote_bazel test "${SALT[@]}" //...
  expect_kinds "$log" 'remote cache hit'
  expect_equal 'number of cache hits' "$ACTIONS" "$(bazel_count "$log" 'remote cache hit')"
  expect_bazel_outputs
  note "$ACTIONS actions answered from the cache"
}

# Told not to look into the cache, the server really runs the action.
expect_forced_build() {
  local log=$LOGS/forced.log
  clean_bazel
  expect_exit 0 "$log" remote_bazel build --noremote_accept_cached "${SALT[@]}" //gen:upper
  expect_kinds "$log" remote
  expect_equal 'number of executed actions' 2 "$(bazel_count "$log" remote)"
}

# Outputs that stay on the server serve as inputs there. Executed first, then from the cache.
# Without //links: Bazel 4.2.3 refuses links in outputs that it does not download.
expect_minimal_builds() {
  local SALT
  salted_with minimal
  local log=$LOGS/minimal.log again=$LOGS/minimal_cached.log
  local what=(--remote_download_minimal "${SALT[@]}" -- //... -//links/...)
  clean_bazel
  expect_exit 0 "$log" remote_bazel test "${what[@]}"
  expect_kinds "$log" remote
  [[ ! -e $WORKSPACE/bazel-bin/gen/big_copy.bin ]] || fail 'an output came although none was wanted'
  clean_bazel
  expect_exit 0 "$again" remote_bazel test "${what[@]}"
  expect_kinds "$again" 'remote cache hit'
  expect_equal 'number of cache hits' "$(bazel_count "$log" remote)" \
    "$(bazel_count "$again" 'remote cache hit')"
}
