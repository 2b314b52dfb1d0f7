#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Real clients over TLS, with the authority that README.md makes: what it says under "TLS in three
# commands" is done, block by block, and then what it does not say. In it, a line just before a
# fenced block marks what is run:
#
#   tls        commands, in one directory whose bin/ leads to the one of the checkout
#   tlsstart   one command, the server, there too
#   tlsbazel   commands, in a copy of e2e/bazel; left out if BAZEL_TLS names no Bazel. Before Bazel 4
#              it knows no TLS 1.3 and uploads without the token, so that it is let in by a server of
#              its own, which wants neither.
#   tlsplz     commands, in a copy of e2e/plz; left out if PLZ is not set
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/bazel.sh"
. "$E2E/lib/readme.sh"

command -v openssl >/dev/null || skip 'there is no openssl here to make certificates with'
[[ $(openssl version) == 'OpenSSL 3.'* ]] || skip "it takes OpenSSL 3, and this is $(openssl version)"

readme=$ROOT/README.md
place=$SCRATCH/place
readme_programs "$place"
mkdir -p "$SCRATCH/path"
export PATH=$SCRATCH/path:$PATH

prepare_bazel() {
  make_bazel_workspace
  ln -s "$(command -v "$BAZEL_TLS")" "$SCRATCH/path/bazel"
  printf 'startup --max_idle_secs=60 --output_user_root=%s\n' "$SCRATCH/bazel" >>"$WORKSPACE/.bazelrc"
  cp "$place"/{ca.pem,token} "$WORKSPACE"
}

prepare_plz() {
  ln -s "$(command -v "$PLZ")" "$SCRATCH/path/plz"
  cp -R "$E2E/plz" "$SCRATCH/plz"
  cp "$place"/{ca.pem,token} "$SCRATCH/plz"
}

# expect_refused_bazel ADDRESS
expect_refused_bazel() {
  note 'without the token'
  expect_exit 34 "$LOGS/bazel_refused.log" timeout 300 bazel build \
    "--remote_executor=grpcs://$1" "--remote_cache=grpcs://$1" --remote_instance_name=mettle \
    --tls_certificate=ca.pem --remote_timeout=20 --noremote_accept_cached //...
  expect_text "$LOGS/bazel_refused.log" UNAUTHENTICATED
}

# start_old_server NAME FLAG...: TLS 1.2, on a port of its own
start_old_server() {
  local name=$1
  shift
  start_server "$name" "$BIN/mettle" dual --port 0 --data_dir "$SCRATCH/$name" \
    --tls-min-version 1.2 --cert_file "$place/server.pem" --key_file "$place/server.key" "$@"
  ADDRESS=localhost:${ADDRESS##*:}
}

# try_bazel N
try_bazel() {
  local block version
  prepare_bazel
  cd "$WORKSPACE"
  version=$(bazel --version | sed 's/^bazel //')
  note "Bazel $version"
  if ((${version%%.*} >= 4)); then
    run_readme_block "$readme" "$1" "$WORKSPACE"
    expect_refused_bazel "localhost:${address##*:}"
  else
    start_old_server guarded --token_file "$place/token"
    expect_refused_bazel "$ADDRESS"
    stop_server guarded
    start_old_server open
    block=$(readme_block "$readme" "$1")
    block=${block//localhost:7778/$ADDRESS}
    note "${block//$'\n'/$'\n'   }"
    expect_exit 0 "$LOGS/bazel.log" timeout 300 bash -euo pipefail -c "$block"
    expect_kinds "$LOGS/bazel.log" remote 'remote cache hit'
    stop_server open
  fi
  bazel shutdown
}

mapfile -t names < <(readme_names "$readme")
server=
for ((n = 1; n <= ${#names[@]}; n++)); do
  case ${names[n - 1]} in
    tls) run_readme_block "$readme" "$n" "$place" ;;
    tlsstart)
      start_readme_server "$readme" "$n" "$place"
      address=$ADDRESS
      server=grpcs://$address
      ;;
    tlsbazel)
      if [[ -n ${BAZEL_TLS:-} ]]; then
        try_bazel "$n"
      else
        note 'bazel: not tried, since BAZEL_TLS names no Bazel that speaks TLS'
      fi
      ;;
    tlsplz)
      if [[ -n ${PLZ:-} ]]; then
        prepare_plz
        run_readme_block "$readme" "$n" "$SCRATCH/plz"
      else
        note 'plz: not tried, since PLZ does not name a plz binary'
      fi
      ;;
  esac
done
[[ -n $server ]] || fail 'README.md does not say how to use TLS'
cd "$place"

# remote_exec NAME ARGUMENT... ; its output goes to NAME.out and NAME.err, STATUS is its exit code
remote_exec() {
  local name=$1
  shift
  STATUS=0
  timeout 120 "$BIN/mettle" exec "$@" >"$LOGS/$name.out" 2>"$LOGS/$name.err" || STATUS=$?
}

# expect_refused NAME TEXT ARGUMENT...
expect_refused() {
  local name=$1 text=$2
  shift 2
  remote_exec "$name" "$@" -- /bin/true
  expect_equal "exit code of $name" 125 "$STATUS"
  expect_text "$LOGS/$name.err" "$text"
}

note 'who is refused'
echo wrong >wrong-token
expect_refused without_token UNAUTHENTICATED --server "$server" --ca ca.pem
expect_refused wrong_token UNAUTHENTICATED --server "$server" --ca ca.pem --token_file wrong-token
expect_refused without_authority UNAVAILABLE --server "$server" --token_file token
expect_refused in_plaintext UNAVAILABLE --server "grpc://$address" --token_file token

# accepted_within SECONDS ARGUMENT...: tries again until it is let in
accepted_within() {
  local deadline=$((SECONDS + $1))
  shift
  until
    remote_exec reloaded --server "$server" "$@" -- /bin/echo hello
    ((STATUS == 0))
  do
    ((SECONDS < deadline)) || fail "not let in within the time: $*"
    sleep 1
  done
}

note 'another authority, certificate and token, without a restart'
cp ca.pem old-ca.pem
cp token old-token
for ((n = 1; n <= ${#names[@]}; n++)); do
  [[ ${names[n - 1]} == tls ]] || continue
  run_readme_block "$readme" "$n" "$place"
  break
done
accepted_within 60 --ca ca.pem --token_file token
expect_refused old_token UNAUTHENTICATED --server "$server" --ca ca.pem --token_file old-token
expect_refused old_authority UNAVAILABLE --server "$server" --ca old-ca.pem --token_file token

note 'a token file that vanishes changes nothing'
cp token kept-token
rm token
deadline=$((SECONDS + 60))
until grep -q 'token does not exist; what it said before stays in force' "$LOGS/readme.err"; do
  ((SECONDS < deadline)) || fail 'no warning of the vanished token file'
  sleep 1
done
remote_exec vanished --server "$server" --ca ca.pem --token_file kept-token -- /bin/echo hello
expect_equal 'exit code' 0 "$STATUS"
mv kept-token token
stop_server readme

# client_certificate NAME
client_certificate() {
  openssl req -x509 -CA ca.pem -CAkey ca.key -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -days 90 -subj "/CN=$1" -addext basicConstraints=critical,CA:FALSE \
    -keyout "$1.key" -out "$1.pem" 2>>"$LOGS/openssl.log"
}

note 'client certificates, and a storage server behind them'
client_certificate builder
client_certificate guest
printf 'writer %s\nreader reader-token\n' "$(cat token)" >tokens
echo reader-token >reader-token
guarded=(--cert_file server.pem --key_file server.key --client_ca_file ca.pem
  --client_subject 'builder' --client_subject 'reader:guest' --token_file tokens --auth_all)
start_server elan "$BIN/elan" --storage mem:// --host 127.0.0.1 --port 0 --admin_disabled "${guarded[@]}"
start_server mettle "$BIN/mettle" dual --port 0 --data_dir "$SCRATCH/data" "${guarded[@]}" \
  --storage "grpcs://localhost:${ADDRESS##*:}" --storage_ca ca.pem --storage_token_file token
server=grpcs://localhost:${ADDRESS##*:}
echo 'some text' >a.txt
remote_exec certificate --server "$server" --ca ca.pem --cert_file builder.pem --key_file builder.key \
  --input a.txt --output b.txt -- /bin/sh -c 'tr a-z A-Z < a.txt > b.txt'
expect_equal 'exit code' 0 "$STATUS"
expect_content b.txt 'SOME TEXT'
expect_refused guest PERMISSION_DENIED --server "$server" --ca ca.pem \
  --cert_file guest.pem --key_file guest.key
expect_refused reader PERMISSION_DENIED --server "$server" --ca ca.pem --token_file reader-token
expect_refused nobody UNAUTHENTICATED --server "$server" --ca ca.pem
stop_server mettle
stop_server elan

# expect_no_start NAME TEXT FLAG...
expect_no_start() {
  local name=$1 text=$2
  shift 2
  expect_exit 1 "$LOGS/$name.log" timeout 60 "$BIN/elan" --storage mem:// --port 0 --admin_disabled "$@"
  expect_equal "lines of $name.log" 1 "$(wc -l <"$LOGS/$name.log")"
  expect_text "$LOGS/$name.log" "$text"
}

note 'what is no use is said at the start'
expect_no_start no_token_file 'none does not exist' --token_file none
expect_no_start no_key 'the private key of another certificate' \
  --cert_file server.pem --key_file builder.key
expect_no_start no_tls '--client_ca_file needs TLS' --client_ca_file ca.pem

note 'no secret was said'
for secret in "$(cat token)" "$(cat old-token)"; do
  ! grep -rqF -- "$secret" "$LOGS" || fail "a token is in the logs"
done
