#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Inputs that share blocks with the store, on file systems that can do that.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/disks.sh"

need_mounts
command -v filefrag >/dev/null || skip 'there is no filefrag'

# on ARGUMENT... ; what the command prints
on() {
  timeout 120 "$BIN/mettle" exec --server "$ADDRESS" --no_cache \
    --env PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin "$@" 2>>"$LOGS/$KIND.err"
}

# The first line of extents: where the file begins, and whether others share that.
first_extent() {
  filefrag -v "$1" | awk '$1 == "0:" { print $4; exit }'
}

# reflinks KIND MKFS_ARGUMENT...
reflinks() {
  KIND=$1
  shift
  local disk=$SCRATCH/$KIND hash stored place
  note "$KIND"
  truncate -s 400M "$disk.img"
  expect_exit 0 "$LOGS/mkfs_$KIND.log" "mkfs.$KIND" "$@" "$disk.img"
  mount_disk "$disk.img" "$disk" noatime
  start_server "$KIND" "$BIN/mettle" dual --port 0 --data_dir "$disk/data" --link reflink \
    --min_disk_space 0

  mkdir "$SCRATCH/in_$KIND"
  cd "$SCRATCH/in_$KIND"
  head -c 8000000 /dev/urandom >big
  hash=$(sha256sum <big | cut -d' ' -f1)
  # Blocks are given out when data is written back, and shared from then on.
  on --input big -- sha256sum big >"$LOGS/$KIND.first"
  expect_equal 'what it read' "$hash  big" "$(cat "$LOGS/$KIND.first")"
  sync

  on --input big -- /bin/sh -c 'filefrag -v big; stat -c "names: %h" big; stat -c "inode: %i" big' \
    >"$LOGS/$KIND.staged"
  expect_text "$LOGS/$KIND.staged" shared
  expect_text "$LOGS/$KIND.staged" 'names: 1'
  place=$(awk '$1 == "0:" { print $4; exit }' "$LOGS/$KIND.staged")
  stored=$(find "$disk/data" -type f -name "$hash" | head -n 1)
  [[ -n $stored ]] || fail 'the input is not in the store'
  expect_equal 'where the input begins' "$(first_extent "$stored")" "$place"

  # What it makes of its copy is its own affair.
  on --input big --output big --output_dir made -- \
    /bin/sh -c 'chmod u+w big; printf changed | dd of=big conv=notrunc 2>/dev/null'
  expect_equal 'the changed output' changed "$(head -c 7 made/big)"
  expect_equal 'what is stored' "$hash" "$(sha256sum <"$stored" | cut -d' ' -f1)"
  on --input big -- sha256sum big >"$LOGS/$KIND.again"
  expect_equal 'what the next one reads' "$hash  big" "$(cat "$LOGS/$KIND.again")"
  stop_server "$KIND"
  cd "$SCRATCH"
  unmount "$disk"
  DONE+=("$KIND")
}

DONE=()
for kind in xfs btrfs; do
  command -v "mkfs.$kind" >/dev/null || note "there is no mkfs.$kind"
done
! command -v mkfs.xfs >/dev/null || reflinks xfs -q -m reflink=1
! command -v mkfs.btrfs >/dev/null || reflinks btrfs -q
((${#DONE[@]})) || skip 'no file system whose files share blocks can be made here'
