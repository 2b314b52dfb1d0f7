# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Google's own test server in the place of Cloud Pub/Sub.

FAKE_PUBSUB=$ROOT/mettle/target/e2e-pubsub

need_fake_pubsub() {
  [[ $FAKE_PUBSUB -nt $E2E/pubsub/main.go && $FAKE_PUBSUB -nt $E2E/pubsub/go.mod ]] && return
  command -v go >/dev/null || skip 'there is no go to build pstest with'
  note 'go build pstest'
  mkdir -p "${FAKE_PUBSUB%/*}"
  # -modcacherw: what lies in the scratch directory must be removable.
  (cd "$E2E/pubsub" && GOPATH=$SCRATCH/go GOFLAGS='-modcacherw -mod=readonly' \
    timeout 600 go build -o "$FAKE_PUBSUB" .) >"$LOGS/go.log" 2>&1 ||
    skip "pstest cannot be built: $(tail -n 1 "$LOGS/go.log")"
}

# start_pubsub ; PUBSUB is where it listens, what PUBSUB_EMULATOR_HOST is to say
# shellcheck disable=SC2034 # the steps use it
start_pubsub() {
  start_server pubsub "$FAKE_PUBSUB"
  PUBSUB=$ADDRESS
}
