#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The clients, from Debian. Their versions follow the distribution's.
. "$(dirname "$0")/../lib/step.sh"

missing=()
command -v bazel >/dev/null || missing+=(bazel-bootstrap)
command -v gcc >/dev/null || missing+=(gcc)
command -v g++ >/dev/null || missing+=(g++)
# Only one step needs each, which says so if it is not there.
if ((EUID == 0)) && command -v apt-get >/dev/null; then
  command -v bwrap >/dev/null || missing+=(bubblewrap)
  command -v mkfs.xfs >/dev/null || missing+=(xfsprogs)
  command -v mkfs.btrfs >/dev/null || missing+=(btrfs-progs)
fi

if ((${#missing[@]})); then
  install="apt-get install -y --no-install-recommends ${missing[*]}"
  if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
    fail "not installed: ${missing[*]}. As root: apt-get update && $install"
  fi
  note "$install"
  export DEBIAN_FRONTEND=noninteractive
  expect_exit 0 "$LOGS/apt.log" apt-get -o Acquire::Retries=3 update
  # shellcheck disable=SC2086 # each word is an argument
  expect_exit 0 "$LOGS/apt.log" $install
fi
note "bazel, $(gcc --version | head -n 1)"
