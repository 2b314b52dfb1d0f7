# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Google's own test server in the place of Cloud Pub/Sub.

FAKE_PUBSUB=$ROOT/mettle/target/e2e-pubsub

need_fake_pubsub() {
  [[ -f $FAKE_PUBSUB && -z $(find "$E2E/pubsub" -newer "$FAKE_PUBSUB" -print -quit) ]] && return
  command -v go >/dev/null || skip 'there is no go to build pstest with'
  note 'go build pstest'
  mkdir -p "${FAKE_PUBSUB%/*}"
  # -modcacherw: what lies in the scratch directory must be removable.
  (cd "$E2E/pubsub" && GOPATH=$SCRATCH/go GOFLAGS='-modcacherw -mod=readonly' \
    timeout 600 go build -o "$FAKE_PUBSUB" .) >"$LOGS/go.log" 2>&1 ||
    skip "pstest cannot be built: $(tail -n 1 "$LOGS/go.log")"
}

# list_pubsub PROJECT: what is there, a line each, in order
list_pubsub() { "$FAKE_PUBSUB" --list "$PUBSUB" --project "$1" | LC_ALL=C sort; }

# start_pubsub ; PUBSUB is where it listens, what PUBSUB_EMULATOR_HOST is to say
# shellcheck disable=SC2034 # the steps use it
start_pubsub() {
  start_server pubsub "$FAKE_PUBSUB"
  PUBSUB=$ADDRESS
}
