# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Two Elans on one bucket, two API servers and four workers over one Pub/Sub, each a process of its
# own that can be killed and comes back where it was.

FLEET=(elan-1 elan-2 api-1 api-2 worker-1 worker-2 worker-3 worker-4)
TOPICS=gcppubsub://projects/e2e/topics
SUBSCRIPTIONS=gcppubsub://projects/e2e/subscriptions
declare -A PORT=()

# start_fleet ; API_1, API_2, ELAN_1 and ELAN_2 are where they listen
# shellcheck disable=SC2034 # the steps use them
start_fleet() {
  local name
  make_queues
  for name in "${FLEET[@]}"; do
    launch "$name"
    await "$name"
  done
  API_1=127.0.0.1:${PORT[api-1]} API_2=127.0.0.1:${PORT[api-2]}
  ELAN_1=127.0.0.1:${PORT[elan-1]} ELAN_2=127.0.0.1:${PORT[elan-2]}
}

make_queues() {
  PUBSUB_EMULATOR_HOST=$PUBSUB expect_exit 0 "$LOGS/setup.log" "$BIN/mettle" setup \
    --request_queue "$TOPICS/requests" --response_queue "$TOPICS/responses" --replicas 2 \
    --batch_queue "$TOPICS/batch"
}

# launch NAME: starts it, for the first time or again
launch() {
  local number=${1##*-} role=${1%-*}
  local java=(java -Xmx256m -XX:TieredStopAtLevel=1 -jar)
  : >"$LOGS/$1.out"
  case $role in
    elan) java+=("$ROOT/elan/target/elan.jar" '--storage=gs://builds?prefix=e2e/'
      --host 127.0.0.1 --port "${PORT[$1]:-0}" --admin_disabled) ;;
    api) java+=("$ROOT/mettle/target/mettle.jar" api -v info --host 127.0.0.1 --port "${PORT[$1]:-0}"
      -q "$TOPICS/requests" --batch_queue "$TOPICS/batch" -r "$SUBSCRIPTIONS/responses" --response_queue_suffix "-$((number - 1))"
      --pre_response_queue "$TOPICS/responses"
      --storage "127.0.0.1:${PORT[elan-$number]}" --admin_disabled) ;;
    worker) java+=("$ROOT/mettle/target/mettle.jar" worker -v debug --name "$1"
      -q "$SUBSCRIPTIONS/requests" --batch_queue "$SUBSCRIPTIONS/batch" -r "$TOPICS/responses" --ack_extension 10s --dir "$SCRATCH/$1"
      --control "127.0.0.1:${PORT[api-1]}" --control "127.0.0.1:${PORT[api-2]}"
      --storage "127.0.0.1:${PORT[elan-$((1 + number % 2))]}" --admin_disabled)
      mkdir -p "$SCRATCH/$1" ;;
  esac
  PUBSUB_EMULATOR_HOST=$PUBSUB STORAGE_EMULATOR_HOST=$GCS \
    "${java[@]}" >"$LOGS/$1.out" 2>>"$LOGS/$1.err" &
  SERVER_PID[$1]=$!
}

# await NAME: until it says that it is ready
await() {
  local deadline=$((SECONDS + START_SECONDS)) line
  until line=$(grep -m 1 '^ready' "$LOGS/$1.out"); do
    kill -0 "${SERVER_PID[$1]}" 2>/dev/null || fail "$1 ended before it was ready"
    ((SECONDS < deadline)) || fail "$1 was not ready within $START_SECONDS s"
    sleep 0.1
  done
  [[ $line != *:* ]] || PORT[$1]=${line##*:}
}

stop_fleet() {
  local name
  for name in worker-{1..4} api-{1,2} elan-{1,2}; do stop_server "$name"; done
}

# Every message was acknowledged, by each subscription there is of its topic.
expect_empty_queues() {
  local deadline=$((SECONDS + 90))
  until queues_are_empty; do
    ((SECONDS < deadline)) || fail "messages are left: $(<"$LOGS/queues.txt")"
    sleep 2
  done
}

queues_are_empty() {
  local topic messages acks deliveries wanted
  local before
  before=$(grep -c 'end of report' "$LOGS/pubsub.out")
  kill -USR1 "${SERVER_PID[pubsub]}"
  until (($(grep -c 'end of report' "$LOGS/pubsub.out") > before)); do sleep 0.1; done
  tac "$LOGS/pubsub.out" | sed '1d; /end of report/,$d; /^ready/d' >"$LOGS/queues.txt"
  while read -r _ topic _ messages _ acks _ deliveries; do
    case ${topic##*/} in
      requests | batch) wanted=1 ;;
      responses) wanted=2 ;;
      *) continue ;;
    esac
    ((acks >= wanted)) || return 1
    [[ ${topic##*/} != requests ]] || REQUESTS="$messages requests, none delivered more than $deliveries times"
  done <"$LOGS/queues.txt"
}
