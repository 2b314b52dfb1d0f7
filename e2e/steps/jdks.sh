#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The jars on newer JDKs than the one that compiled them: one action there and back.
. "$(dirname "$0")/../lib/step.sh"

jar=$ROOT/mettle/target/mettle.jar
tried=0

# try_jdk VARIABLE
try_jdk() {
  local home=${!1:-} java
  if [[ -z $home ]]; then
    note "$1 is not set, so that JDK was not tried"
    return
  fi
  java=$home/bin/java
  [[ -x $java ]] || fail "$1 is '$home', which has no bin/java"
  note "$("$java" -version 2>&1 | head -n 1)"
  tried=$((tried + 1))
  start_server "$1" "$java" -jar "$jar" dual --port 0 --data_dir "$SCRATCH/$1"
  expect_exit 0 "$LOGS/$1.log" \
    timeout 120 "$java" -jar "$jar" exec --server "$ADDRESS" -- /bin/echo hello
  grep -qx hello "$LOGS/$1.log" || fail "the action's stdout did not arrive"
  stop_server "$1"
}

try_jdk JAVA_21
try_jdk JAVA_25
((tried)) || skip 'neither JAVA_21 nor JAVA_25 is set'
