#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The contract of queues against a Pub/Sub that others wrote.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/pubsub.sh"

need_fake_pubsub
start_pubsub

# Not the two tests of thousands of messages, which are slow here: pstest looks again only half a
# second after a pull that found nothing. One of the two was seen to pass all the same.
one_by_one='publish*+close*+attempt*+lease*+ack*'

note 'the contract of queues'
expect_exit 0 "$LOGS/contract.log" mvn -B -o -f "$ROOT/pom.xml" -pl mettle -am test \
  "-Dpubsub.emulator=$PUBSUB" -Dsurefire.failIfNoSpecifiedTests=false \
  "-Dtest=PubsubEmulatorTest#$one_by_one"
expect_text "$LOGS/contract.log" 'Running build.please.mettle.queue.PubsubEmulatorTest'

stop_server pubsub
