#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A server that is killed exactly before a system call, for many of them.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/disks.sh"

SECONDS_FOR_EACH=110

if ! command -v strace >/dev/null; then
  ((EUID == 0)) && command -v apt-get >/dev/null || skip 'there is no strace, and only root could install it'
  export DEBIAN_FRONTEND=noninteractive
  { apt-get -q update && apt-get -q install -y --no-install-recommends strace; } \
    >"$LOGS/apt.log" 2>&1 || skip 'there is no strace, and it cannot be installed'
fi
strace -f --seccomp-bpf -qq -e trace=rename -e inject=rename:signal=KILL -o /dev/null true 2>"$LOGS/strace.log" ||
  skip "strace does not work here: $(head -n 1 "$LOGS/strace.log")"
need_test_classes

for scheme in file disk; do
  mkdir "$SCRATCH/$scheme-stores"
  run_test_class CrashMatrix "$ROOT/elan/target/elan.jar" "$SCRATCH/$scheme-stores" "$SECONDS_FOR_EACH" "$scheme" \
    >"$LOGS/$scheme.out" 2>"$LOGS/$scheme.err" || fail "a crash left something wrong, see $scheme.err"
  note "$scheme://, $(tail -n 1 "$LOGS/$scheme.out")"
done
