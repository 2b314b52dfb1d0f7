# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Small disks that a step can fill and pull out, and a client that knows what it was promised.

MOUNTED=()

unmount_all() {
  local directory
  for directory in "${MOUNTED[@]}"; do umount "$directory" 2>/dev/null || umount -l "$directory"; done
}
AT_END+=(unmount_all)

need_mounts() {
  local tool
  ((EUID == 0)) || skip 'only root can mount'
  for tool in mkfs.ext4 mount umount losetup; do
    command -v "$tool" >/dev/null || skip "there is no $tool"
  done
}

# make_disk IMAGE MEGABYTES DIRECTORY [MKFS_OPTION...]
make_disk() {
  local image=$1 megabytes=$2 directory=$3
  shift 3
  truncate -s "${megabytes}M" "$image"
  expect_exit 0 "$LOGS/mkfs.log" mkfs.ext4 -q -m 0 "$@" "$image"
  mount_disk "$image" "$directory"
}

# mount_disk IMAGE DIRECTORY [OPTIONS] ; the step is skipped where that is not allowed
mount_disk() {
  mkdir -p "$2"
  # Nothing reaches an image of ext4 by itself before a minute has passed.
  mount -o "loop,${3-commit=60}" "$1" "$2" 2>"$LOGS/mount.log" ||
    skip "no image can be mounted here: $(head -n 1 "$LOGS/mount.log")"
  MOUNTED+=("$2")
}

# unmount DIRECTORY
unmount() {
  local directory left=()
  umount "$1"
  for directory in "${MOUNTED[@]}"; do
    [[ $directory == "$1" ]] || left+=("$directory")
  done
  MOUNTED=("${left[@]}")
}

need_test_classes() {
  [[ -f $ROOT/elan/target/test-classes/build/please/elan/StoreClient.class ]] ||
    skip 'the tests are not compiled: mvn -pl elan -am test-compile'
  "$BIN/elan" --version >/dev/null
}

# run_test_class NAME ARGUMENT...
run_test_class() {
  local name=$1
  shift
  timeout 600 java -XX:TieredStopAtLevel=1 -Xmx256m \
    -cp "$ROOT/elan/target/elan.jar:$ROOT/elan/target/test-classes" "build.please.elan.$name" "$@"
}

# store LIST COUNT LARGEST SEED ; END is how it ended, LIST has what was acknowledged
# shellcheck disable=SC2034 # the steps use it
store() {
  END=$(run_test_class StoreClient store "$ADDRESS" "$1" "$2" "$3" 8 "$4" 2>>"$LOGS/client.err") ||
    fail 'the client failed, see client.err'
}

# check LIST ; FOUND is what became of the blobs that were acknowledged
# shellcheck disable=SC2034 # the steps use it
check() {
  FOUND=$(run_test_class StoreClient check "$ADDRESS" "$1" 2>>"$LOGS/client.err") ||
    fail 'the client failed, see client.err'
}

# expect_all_intact LIST
expect_all_intact() {
  check "$1"
  expect_equal 'what was acknowledged' \
    "intact=$(wc -l <"$1") missing=0 wrong=0 failed=0" "$FOUND"
}

# expect_true_names STORE: every file is what its name says, and nothing is left half
expect_true_names() {
  local wrong left
  wrong=$(cd "$1" && [[ ! -d cas ]] || (cd "$1/cas" && find . -type f -printf '%f  %p\n' |
    sha256sum --check --quiet 2>/dev/null)) || fail "wrong files in $1: $wrong"
  left=$(find "$1/.elan/tmp" -type f ! -name '*.lock')
  expect_equal 'unfinished files' '' "$left"
}
