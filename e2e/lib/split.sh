# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The two servers as processes of their own: ELAN stores, METTLE executes and forwards.

# shellcheck disable=SC2034 # the steps use them
start_split() {
  start_server elan "$BIN/elan" "--storage=file://$SCRATCH/elan-store" \
    --host 127.0.0.1 --port 0 --admin_port=0
  ELAN=$ADDRESS
  start_server mettle "$BIN/mettle" dual --storage "$ELAN" --port 0 --data_dir "$SCRATCH/data"
  METTLE=$ADDRESS
}

# The one that needs the other ends first.
stop_split() {
  stop_server mettle
  stop_server elan
}
