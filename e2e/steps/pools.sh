#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Two pools and batch work over a Pub/Sub that others wrote, whose filters route the requests.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/pubsub.sh"

TOPICS=gcppubsub://projects/e2e/topics
SUBSCRIPTIONS=gcppubsub://projects/e2e/subscriptions
POOLS=(--pool linux:os=linux '--pool=rest:!os')

# start_worker POOL, which is its name too. It has no address.
start_worker() {
  local deadline=$((SECONDS + START_SECONDS))
  mkdir -p "$SCRATCH/$1"
  PUBSUB_EMULATOR_HOST=$PUBSUB java -Xmx256m -XX:TieredStopAtLevel=1 \
    -jar "$ROOT/mettle/target/mettle.jar" worker -v info --name "$1" --dir "$SCRATCH/$1" \
    -q "$SUBSCRIPTIONS/requests-$1" --batch_queue "$SUBSCRIPTIONS/batch-$1" -r "$TOPICS/responses" \
    --control "$API" --storage "file://$SCRATCH/store" --admin_disabled >"$LOGS/$1.out" 2>"$LOGS/$1.err" &
  SERVER_PID[$1]=$!
  until grep -q "^ready worker $1" "$LOGS/$1.out"; do
    kill -0 "${SERVER_PID[$1]}" 2>/dev/null || fail "$1 ended before it was ready"
    ((SECONDS < deadline)) || fail "$1 was not ready within $START_SECONDS s"
    sleep 0.1
  done
}

# ran NAME EXIT_CODE FLAGS... ; what it printed is in $LOGS/NAME.said, and how it went in .told
ran() {
  local status=0
  timeout 200 "$BIN/mettle" exec --server "$API" "${@:3}" -- /bin/sh -c "echo $1" \
    >"$LOGS/$1.said" 2>"$LOGS/$1.told" || status=$?
  expect_equal "exit code of $1" "$2" "$status"
}

need_fake_pubsub
start_pubsub
mkdir "$SCRATCH/store"

note 'mettle setup makes what the servers want'
PUBSUB_EMULATOR_HOST=$PUBSUB expect_exit 0 "$LOGS/setup.log" "$BIN/mettle" setup "${POOLS[@]}" \
  -q "$TOPICS/requests" --batch_queue "$TOPICS/batch" -r "$TOPICS/responses"
PUBSUB_EMULATOR_HOST=$PUBSUB start_server api java -Xmx256m -XX:TieredStopAtLevel=1 \
  -jar "$ROOT/mettle/target/mettle.jar" api --host 127.0.0.1 --port 0 -q "$TOPICS/requests" --batch_queue "$TOPICS/batch" \
  -r "$SUBSCRIPTIONS/responses" --response_queue_suffix=-0 --pre_response_queue "$TOPICS/responses" \
  "${POOLS[@]}" --queue_timeout 20s --storage "file://$SCRATCH/store" --admin_disabled
API=$ADDRESS
start_worker linux

note 'what no pool takes'
ran unknown 125 --platform OS=linux
expect_text "$LOGS/unknown.told" "platform property 'OS' is not known here; known are min-cores, os"
ran nowhere 125 --platform os=mac
expect_text "$LOGS/nowhere.told" \
  'no pool takes an action with the platform os=mac; there are linux:os=linux, rest:!os'

note 'what its pool takes'
ran urgent 0 --platform os=linux
expect_content "$LOGS/urgent.said" urgent
expect_text "$LOGS/urgent.told" 'executing on linux'
ran batch 0 --platform os=linux --priority 1
expect_text "$LOGS/batch.told" 'executing on linux'

note 'what waits in vain, and then not'
ran vain 125
expect_text "$LOGS/vain.told" 'no worker of pool rest took the action, which waited in the queue for 20 s'
start_worker rest
ran rest 0
expect_text "$LOGS/rest.told" 'executing on rest'
ran rest_batch 0 --priority 5
expect_text "$LOGS/rest_batch.told" 'executing on rest'
expect_text "$LOGS/rest.err" 'has ended already'

stop_server linux
stop_server rest
stop_server api
stop_server pubsub
