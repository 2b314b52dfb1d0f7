#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A blob that is many times the memory of the server, to Cloud Storage and back.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/disks.sh"
. "$E2E/lib/gcs.sh"

MEBIBYTES=${E2E_LONG_MEBIBYTES:-3072}

need_test_classes
free=$(df --output=avail -m "$SCRATCH" | tail -n 1)
((free > MEBIBYTES + 1024)) || skip "only $free MiB are free in $SCRATCH"

# Ours, since the others' keeps it in memory.
mkdir "$SCRATCH/cloud"
start_server cloud java -Xmx256m -cp "$ROOT/elan/target/elan.jar:$ROOT/elan/target/test-classes" \
  build.please.elan.FakeGcsProcess builds "$SCRATCH/cloud"
STORAGE_EMULATOR_HOST=$ADDRESS start_server elan java -Xmx128m -XX:MaxDirectMemorySize=64m \
  -XX:+ExitOnOutOfMemoryError -jar "$ROOT/elan/target/elan.jar" --storage=gs://builds \
  --host 127.0.0.1 --port 0 --admin_disabled
run_test_class LongBlob "$ADDRESS" "$MEBIBYTES" >"$LOGS/long.out" 2>>"$LOGS/client.err" ||
  fail 'the blob did not come back, see client.err'
expect_no_text "$LOGS/elan.err" OutOfMemoryError
note "$MEBIBYTES MiB there and back, with a heap of 128 MiB"
stop_server elan
kill_server cloud
