#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A fleet of eight processes over a Pub/Sub and a Cloud Storage that others wrote: builds through
# it, and builds while its members are killed, stopped and restarted, sixty times and more.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/bazel.sh"
. "$E2E/lib/bazel_outputs.sh"
. "$E2E/lib/bazel_builds.sh"
. "$E2E/lib/gcs.sh"
. "$E2E/lib/pubsub.sh"
. "$E2E/lib/fleet.sh"
. "$E2E/lib/chaos.sh"

DISTURBANCES=${E2E_DISTURBANCES:-60}
JOBS=40
SEED=${E2E_SEED:-$((RANDOM * 32768 + RANDOM))}
RANDOM=$SEED

# So many small actions that one of them mostly runs on each worker, and one that needs them all.
make_jobs() {
  local i
  mkdir -p "$WORKSPACE/jobs"
  {
    for ((i = 0; i < JOBS; i++)); do
      printf 'genrule(name = "job_%d", outs = ["job_%d.txt"], cmd = "sleep %d.%d; echo %d > $@")\n' \
        "$i" "$i" $((i % 3)) $((i % 10)) "$i"
    done
    printf 'genrule(name = "all", outs = ["all.txt"], cmd = "cat $(SRCS) > $@", srcs = ['
    for ((i = 0; i < JOBS; i++)); do printf '"job_%d.txt", ' "$i"; done
    printf '])\n'
  } >"$WORKSPACE/jobs/BUILD"
}

expect_jobs() {
  expect_equal 'what the jobs made' "$(seq 0 $((JOBS - 1)))" "$(<"$WORKSPACE/bazel-bin/jobs/all.txt")"
}

# They must outlast a start of a server on a slow machine.
patient_bazel() { remote_bazel "$@" --remote_retries=30 --jobs=16; }

# Each second one is a build that can wait.
disturbed_build() {
  local log=$LOGS/disturbed_$1.log
  salted_with "fleet-$SEED-$1"
  clean_bazel
  expect_exit 0 "$log" patient_bazel test "${SALT[@]}" \
    "--remote_execution_priority=$(($1 % 2))" //...
  expect_kinds "$log" remote 'remote cache hit'
  expect_bazel_outputs
  expect_jobs
}

# Clients of the other API server, one after the other: each is told how its action ended, once.
disturbed_clients() {
  local i
  for ((i = 0; ; i++)); do
    [[ ! -e $SCRATCH/enough ]] || break
    told "$SEED-$1-$i" || fail "client $i of round $1 was not told"
  done
  echo "$i" >>"$SCRATCH/clients"
}

# told WORD: runs an action that prints the word, at the other server if one is not to be had.
told() {
  local server tries=0
  for server in "$API_2" "$API_1" "$API_2" "$API_1" "$API_2" "$API_1"; do
    timeout 200 java -Xmx64m -XX:TieredStopAtLevel=1 -jar "$ROOT/mettle/target/mettle.jar" exec \
      --server "$server" --quiet --env PATH=/usr/bin:/bin -- \
      /bin/sh -c "sleep 1; echo told $1" >"$LOGS/client.out" 2>>"$LOGS/client.err" && break
    expect_content "$LOGS/client.out" ''
    tries=$((tries + 1))
  done
  ((tries < 6)) && expect_content "$LOGS/client.out" "told $1"
}

need_fake_pubsub
need_fake_gcs
start_pubsub
start_fake_gcs
start_fleet
make_bazel_workspace
make_jobs

note 'a build through one API server, and from the cache through the other'
remote "$API_1" "$ELAN_2"
expect_executed_build through_one
expect_jobs
remote "$API_2" "$ELAN_1"
expect_cached_build through_the_other
expect_empty_queues
note "$REQUESTS"

if [[ -n ${PLZ:-} ]]; then
  note 'plz'
  (
    . "$E2E/lib/plz.sh"
    . "$E2E/lib/plz_builds.sh"
    remote "$API_2" "$ELAN_1"
    expect_executed_plz through_one
    remote "$API_1" "$ELAN_2"
    expect_cached_plz through_the_other
  )
else
  note 'plz was not tried, since PLZ does not name a plz binary'
fi

note "builds with disturbances, E2E_SEED=$SEED"
remote "$API_1" "$API_1"
count=0
for ((round = 1; count < DISTURBANCES; round++)); do
  rm -f "$SCRATCH/enough"
  disturbed_build "$round" &
  build=$!
  disturbed_clients "$round" &
  clients=$! began=$SECONDS before=$count
  while kill -0 "$build" 2>/dev/null; do
    kill -0 "$clients" 2>/dev/null || break
    disturb
    count=$((count + 1))
  done
  wait "$build" || fail "the build of round $round failed after $((count - before)) disturbances"
  touch "$SCRATCH/enough"
  wait "$clients" || fail "a client of round $round failed"
  note "round $round: green after $((SECONDS - began)) s with $((count - before)) disturbances"
done
print_events
note "$count disturbances, $(awk '{ n += $1 } END { print n }' "$SCRATCH/clients") clients beside the builds"
expect_empty_queues
note "$REQUESTS"

stop_fleet
kill_server gcs
stop_server pubsub
