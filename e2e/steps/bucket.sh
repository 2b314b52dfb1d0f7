#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Two servers on one bucket of a Cloud Storage that others wrote: the contract, a build through
# both, and builds during which they are killed.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/disks.sh"
. "$E2E/lib/bazel.sh"
. "$E2E/lib/bazel_outputs.sh"
. "$E2E/lib/bazel_builds.sh"
. "$E2E/lib/gcs.sh"

ROUNDS=2
SEED=${E2E_SEED:-$((RANDOM * 32768 + RANDOM))}
RANDOM=$SEED

need_test_classes
need_fake_gcs
start_fake_gcs

note 'the contract of buckets, and rules of the protocol'
expect_exit 0 "$LOGS/contract.log" mvn -B -o -f "$ROOT/pom.xml" -pl elan -am test \
  "-Dgcs.emulator=$GCS" -Dsurefire.failIfNoSpecifiedTests=false \
  -Dtest='EmulatorBucketTest,WriteTest,SharedWriteTest,FindMissingBlobsTest,BatchReadBlobsTest,ActionCacheTest,InliningTest'
expect_text "$LOGS/contract.log" 'Running build.please.elan.bucket.EmulatorBucketTest'

note 'what a wrong URL gets'
expect_refusal() {
  expect_exit 1 "$LOGS/refused.log" env "STORAGE_EMULATOR_HOST=$GCS" \
    timeout 60 "$BIN/elan" "--storage=$1" --port 0 --admin_disabled
  expect_text "$LOGS/refused.log" "$2"
  expect_equal "lines about $1" 1 "$(grep -c . "$LOGS/refused.log")"
}
expect_refusal 'gs://nowhere-to-be-found' 'bucket nowhere-to-be-found does not exist'
expect_refusal 'gs://builds?colour=red' 'unknown parameter: colour'

start_cloud_elan one 0
ONE=$ADDRESS
start_cloud_elan two 0
TWO=$ADDRESS

note 'both offer the same'
for server in "$ONE" "$TWO"; do
  run_test_class ReflectedServices "$server" >>"$LOGS/services-$server" 2>>"$LOGS/client.err" ||
    fail 'reflection does not answer, see client.err'
  expect_text "$LOGS/services-$server" build.bazel.remote.execution.v2.ContentAddressableStorage
  expect_text "$LOGS/services-$server" build.bazel.remote.execution.v2.ActionCache
  expect_text "$LOGS/services-$server" google.bytestream.ByteStream
done
expect_equal 'what the other offers' "$(cat "$LOGS/services-$ONE")" "$(cat "$LOGS/services-$TWO")"

note 'what one has stored both have'
ADDRESS=$ONE store "$SCRATCH/stored" 200 300000 "$SEED"
expect_equal 'the end of the writes' OK "$END"
ADDRESS=$TWO expect_all_intact "$SCRATCH/stored"

note 'a build through both'
start_server mettle "$BIN/mettle" dual --storage "$ONE" --port 0 --data_dir "$SCRATCH/data"
make_bazel_workspace
remote "$ADDRESS" "$TWO"
expect_executed_build through_both
remote "$ADDRESS" "$ONE"
expect_cached_build from_the_other
remote "$ADDRESS" "$TWO"

note "builds with kills, E2E_SEED=$SEED"
# They must outlast a start of a server on a slow machine.
patient_bazel() { remote_bazel "$@" --remote_retries=30; }
killed_build() {
  local log=$LOGS/killed_$1.log
  salted_with "killed-$SEED-$1"
  clean_bazel
  expect_exit 0 "$log" patient_bazel test "${SALT[@]}" //...
  expect_kinds "$log" remote
  expect_bazel_outputs
}
for ((round = 1; round <= ROUNDS; round++)); do
  killed_build "$round" &
  build=$! kills=0
  while kill -0 "$build" 2>/dev/null; do
    sleep "$((1 + RANDOM % 5)).$((RANDOM % 10))"
    if ((RANDOM % 2)); then
      kill_server one
      start_cloud_elan one "${ONE##*:}"
    else
      kill_server two
      start_cloud_elan two "${TWO##*:}"
    fi
    kills=$((kills + 1))
  done
  wait "$build" || fail "round $round failed after $kills kills"
  note "round $round: green with $kills kills"
done
ADDRESS=$TWO expect_all_intact "$SCRATCH/stored"

note 'a sweep, which finds all of it young'
expect_exit 0 "$LOGS/gc.log" env "STORAGE_EMULATOR_HOST=$GCS" \
  "$BIN/elan" gc '--storage=gs://builds?prefix=e2e/'
ADDRESS=$TWO expect_all_intact "$SCRATCH/stored"

stop_server mettle
stop_server one
stop_server two
kill_server gcs
