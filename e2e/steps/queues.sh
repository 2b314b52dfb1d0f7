#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The contract of queues against a Pub/Sub that others wrote, and what `mettle setup` makes there.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/pubsub.sh"

need_fake_pubsub
start_pubsub

# Not the two tests of thousands of messages, which are slow here: pstest looks again only half a
# second after a pull that found nothing. One of the two was seen to pass all the same.
one_by_one='publish*+close*+attempt*+lease*+ack*+claim*'

note 'the contract of queues'
expect_exit 0 "$LOGS/contract.log" mvn -B -o -f "$ROOT/pom.xml" -pl mettle -am test \
  "-Dpubsub.emulator=$PUBSUB" -Dsurefire.failIfNoSpecifiedTests=false \
  "-Dtest=PubsubEmulatorTest#$one_by_one"
expect_text "$LOGS/contract.log" 'Running build.please.mettle.queue.PubsubEmulatorTest'

note 'what mettle setup makes'
setup() {
  env "PUBSUB_EMULATOR_HOST=$PUBSUB" timeout 300 "$BIN/mettle" setup \
    -q gcppubsub://builds/requests -r gcppubsub://projects/builds/topics/responses "$@"
}
expect_exit 0 "$LOGS/setup.log" setup --replicas 2 --project_number 1
expect_text "$LOGS/setup.log" 'made projects/builds/subscriptions/responses-1'
expect_text "$LOGS/setup.log" 'there are no permissions here'
requests='ack=60 retention=604800 expiry=never'
responses='ordered=true ack=60 retention=43200 expiry=86400 dead=/0 filter=""'
dead=projects/builds/topics/requests-dead
fleet="projects/builds/subscriptions/requests of projects/builds/topics/requests ordered=false $requests dead=$dead/100 filter=\"\"
projects/builds/subscriptions/requests-dead of $dead ordered=false $requests dead=/0 filter=\"\"
projects/builds/subscriptions/responses-0 of projects/builds/topics/responses $responses
projects/builds/subscriptions/responses-1 of projects/builds/topics/responses $responses
projects/builds/topics/requests
projects/builds/topics/requests-dead
projects/builds/topics/responses"
expect_equal 'what is there' "$fleet" "$(list_pubsub builds)"

note 'setup once more, and with what differs'
expect_exit 0 "$LOGS/setup_again.log" setup --replicas 2 --project_number 1
expect_text "$LOGS/setup_again.log" 'everything is there already; nothing was changed'
expect_no_text "$LOGS/setup_again.log" made
expect_exit 0 "$LOGS/setup_change.log" setup --ack_deadline 90s --max_delivery_attempts 7
expect_text "$LOGS/setup_change.log" 'ack deadline 60 s to ack deadline 90 s'
expect_equal 'the changed one' \
  "${fleet%%$'\n'*}" "$(list_pubsub builds | head -1 | sed 's/ack=90/ack=60/; s/dead\/7/dead\/100/')"

note 'a pool, and its match changed'
expect_exit 0 "$LOGS/setup_pool.log" setup --pool fast --match os=linux --match 'why="quoted"'
expect_text "$LOGS/setup_pool.log" 'requests (no filter) gets requests that'
expect_text "$LOGS/setup_pool.log" \
  '--request_queue=gcppubsub://projects/builds/subscriptions/requests-fast '
list_pubsub builds >"$LOGS/pools"
expect_text "$LOGS/pools" 'filter="attributes.os = \"linux\" AND attributes.why = \"\\\"quoted\\\"\""'
expect_exit 0 "$LOGS/setup_other_match.log" setup --pool fast --match '!os'
list_pubsub builds >"$LOGS/pools"
expect_equal 'subscriptions of the pool' 2 "$(grep -c '/requests-fast' "$LOGS/pools")"
expect_text "$LOGS/pools" 'filter="NOT attributes:os"'

note 'what cannot be changed'
expect_exit 1 "$LOGS/setup_wrong.log" \
  setup --dead_letter_queue gcppubsub://builds/responses --response_queue_suffix=''
expect_text "$LOGS/setup_wrong.log" 'which Pub/Sub does not let one change'

stop_server pubsub
