#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Disks that are full, have no inodes left, or lose their power under a server.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/disks.sh"

need_mounts
need_test_classes

# start_elan NAME URL
start_elan() {
  start_server "$1" "$BIN/elan" --host 127.0.0.1 --port 0 --admin_disabled --store_min_free 0 \
    --storage "$2"
}

note 'a full disk'
disk=$SCRATCH/full
make_disk "$SCRATCH/full.img" 48 "$disk"
head -c 16M /dev/zero >"$disk/ballast"
mkdir "$disk/store"
start_elan full "file://$disk/store"
store "$SCRATCH/full.list" 1000 1000000 1
[[ $END == *StoreFullException*'disk of the store is full'* ]] || fail "it ended with $END"
expect_all_intact "$SCRATCH/full.list"
expect_true_names "$disk/store"
store "$SCRATCH/full.list" 80 1000000 2
[[ $END == *StoreFullException* ]] || fail "written again, it ended with $END"
expect_all_intact "$SCRATCH/full.list"

note 'space again'
rm "$disk/ballast"
store "$SCRATCH/full.list" 8 1000000 3
expect_equal 'the end' OK "$END"
expect_all_intact "$SCRATCH/full.list"
expect_true_names "$disk/store"

note 'a disk that has become read-only'
# What is only in the journal when ext4 gives up may be unreadable afterwards.
sync -f "$disk"
mount -o remount,abort "$disk"
store "$SCRATCH/none.list" 8 1000 4
[[ $END == *UNAVAILABLE* ]] || fail "on a read-only disk it ended with $END"
expect_equal 'acknowledged' 0 "$(wc -l <"$SCRATCH/none.list")"
expect_all_intact "$SCRATCH/full.list"
stop_server full
unmount "$disk"

note 'no inodes'
disk=$SCRATCH/inodes
mkdir "$disk"
mount -t tmpfs -o size=64m,nr_inodes=700 none "$disk"
MOUNTED+=("$disk")
mkdir "$disk/ballast" "$disk/store"
for i in {1..100}; do : >"$disk/ballast/$i"; done
start_elan inodes "file://$disk/store"
store "$SCRATCH/inodes.list" 1000 1000 6
[[ $END == *StoreFullException*inodes* ]] || fail "it ended with $END"
expect_all_intact "$SCRATCH/inodes.list"
rm -r "$disk/ballast"
store "$SCRATCH/inodes.list" 16 1000 7
expect_equal 'the end' OK "$END"
stop_server inodes
expect_true_names "$disk/store"
unmount "$disk"

# pull_the_plug SYNC [SCHEME] ; the copy holds what had reached the disk
pull_the_plug() {
  local name=power-$1 disk=$SCRATCH/power-$1 copy=$SCRATCH/copy-$1 scheme=${2:-file}
  make_disk "$disk.img" 128 "$disk"
  start_elan "$name" "$scheme://$disk/store?sync=$1"
  store "$SCRATCH/$name.list" 200 300000 8
  expect_equal 'the end' OK "$END"
  cp --sparse=always "$disk.img" "$copy.img"
  stop_server "$name"
  unmount "$disk"

  mount_disk "$copy.img" "$copy"
  # The machine that comes up is not the one that went down.
  if [[ -f $copy/store/.elan/last_use ]]; then
    sed -i 's/^boot .*/boot before/' "$copy/store/.elan/last_use"
  fi
  start_elan "$name-again" "$scheme://$copy/store?sync=$1"
}

note 'the power goes, sync=group'
pull_the_plug group
expect_text "$LOGS/power-group-again.err" 'the machine stopped while the store was in use'
expect_all_intact "$SCRATCH/power-group.list"
stop_server power-group-again
expect_true_names "$SCRATCH/copy-group/store"

note 'the power goes, a packed store, sync=always'
pull_the_plug always disk
expect_all_intact "$SCRATCH/power-always.list"
stop_server power-always-again

note 'the power goes, sync=none'
pull_the_plug none
check "$SCRATCH/power-none.list"
note "of $(wc -l <"$SCRATCH/power-none.list") blobs: $FOUND"
[[ $FOUND == *' wrong=0 failed=0' ]] || fail 'what is there must be right'
[[ $FOUND != *' missing=0 '* ]] || fail 'nothing was lost, so the copy shows nothing'
before=$(wc -l <"$SCRATCH/power-none.list")
store "$SCRATCH/power-none.list" 200 300000 8
expect_equal 'the end' OK "$END"
tail -n +"$((before + 1))" "$SCRATCH/power-none.list" >"$SCRATCH/again.list"
expect_all_intact "$SCRATCH/again.list"
stop_server power-none-again
