# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# fake-gcs-server, which others wrote, in the place of Cloud Storage, and servers that die.

FAKE_GCS_VERSION=v1.56.1
FAKE_GCS=$ROOT/elan/target/fake-gcs-server-$FAKE_GCS_VERSION

need_fake_gcs() {
  [[ -x $FAKE_GCS ]] && return
  command -v go >/dev/null || skip 'there is no go to build fake-gcs-server with'
  note "go install fake-gcs-server@$FAKE_GCS_VERSION"
  # -modcacherw: what lies in the scratch directory must be removable.
  GOBIN=$SCRATCH/go/bin GOPATH=$SCRATCH/go GOFLAGS=-modcacherw \
    timeout 600 go install "github.com/fsouza/fake-gcs-server@$FAKE_GCS_VERSION" \
    >"$LOGS/go.log" 2>&1 || skip "fake-gcs-server cannot be built: $(tail -n 1 "$LOGS/go.log")"
  mv "$SCRATCH/go/bin/fake-gcs-server" "$FAKE_GCS"
}

# start_fake_gcs ; GCS is where it listens, with the bucket "builds"
start_fake_gcs() {
  local port try deadline
  for try in 1 2 3 4 5; do
    port=$((20000 + (RANDOM + $$) % 12000))
    "$FAKE_GCS" -scheme http -host 127.0.0.1 -port "$port" -backend memory \
      -external-url "http://127.0.0.1:$port" >"$LOGS/gcs.out" 2>"$LOGS/gcs.err" &
    SERVER_PID[gcs]=$!
    deadline=$((SECONDS + 30))
    while kill -0 "${SERVER_PID[gcs]}" 2>/dev/null && ((SECONDS < deadline)); do
      if post "$port" '/storage/v1/b?project=e2e' '{"name":"builds"}' >"$LOGS/gcs.post" 2>&1 &&
        grep -q ' 200 ' "$LOGS/gcs.post"; then
        GCS=127.0.0.1:$port
        return
      fi
      sleep 0.1
    done
    note "port $port is not to be had, try $try"
  done
  fail 'fake-gcs-server does not start'
}

# post PORT PATH JSON
post() {
  exec 9<>"/dev/tcp/127.0.0.1/$1" || return
  printf 'POST %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nContent-Type: application/json\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' \
    "$2" "$1" "${#3}" "$3" >&9
  cat <&9
  exec 9>&-
}

# kill_server NAME: as the kernel does it when there is no memory left
kill_server() {
  kill -KILL "${SERVER_PID[$1]}"
  wait "${SERVER_PID[$1]}" 2>/dev/null || true
  unset "SERVER_PID[$1]"
}

# start_cloud_elan NAME PORT ; ADDRESS is where it listens
start_cloud_elan() {
  STORAGE_EMULATOR_HOST=$GCS start_server "$1" java -jar "$ROOT/elan/target/elan.jar" \
    '--storage=gs://builds?prefix=e2e/' --host 127.0.0.1 --port "$2" --admin_disabled
}
