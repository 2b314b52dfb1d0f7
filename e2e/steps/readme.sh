#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Does what README.md says. In it, a line just before a fenced block marks what is run:
#
#   <!-- e2e: NAME -->
#
#   start      one command, started in the background at the root of the checkout. It comes first,
#              the server must become ready, and SIGTERM must end it with exit code 0.
#   shell      commands, in an empty directory whose bin/ leads to the one of the checkout
#   bazelrc    lines that are added to the .bazelrc of a copy of e2e/bazel
#   bazel      commands, in that copy
#   plzconfig  lines that are added to the .plzconfig of a copy of e2e/plz
#   plz        commands, in that copy, with plz on the PATH. Both are left out if PLZ is not set.
#
#   tls…       what e2e/run tls does
#
# The blocks run as they follow each other; a name may be used more than once. Addresses and ports
# are those that the README names, so nothing else may listen there. A home of the step's own stands
# in for the user's. Blocks without a mark are only read.
. "$(dirname "$0")/../lib/step.sh"
. "$E2E/lib/bazel.sh"
. "$E2E/lib/readme.sh"

readme=$ROOT/README.md
mapfile -t names < <(readme_names "$readme")
[[ ${names[0]:-} == start ]] ||
  fail "README.md does not begin with a block that is marked 'e2e: start'"

make_bazel_workspace
cp -R "$E2E/plz" "$SCRATCH/plz"
mkdir -p "$SCRATCH/path"
readme_programs "$SCRATCH/shell"
if [[ -n ${PLZ:-} ]]; then
  ln -s "$(command -v "$PLZ")" "$SCRATCH/path/plz"
  export PATH=$SCRATCH/path:$PATH
fi

# Bazel of this block and the one that end_bazel stops must be the same.
printf 'startup --max_idle_secs=60 --output_user_root=%s\n' "$SCRATCH/bazel" >>"$WORKSPACE/.bazelrc"

for ((n = 1; n <= ${#names[@]}; n++)); do
  name=${names[n - 1]}
  case $name in
    plz | plzconfig)
      if [[ -z ${PLZ:-} ]]; then
        note "$name: not tried, since PLZ does not name a plz binary"
        continue
      fi
      ;;
  esac
  note "$name"
  case $name in
    start) start_readme_server "$readme" "$n" "$ROOT" ;;
    shell) run_readme_block "$readme" "$n" "$SCRATCH/shell" ;;
    bazelrc) readme_block "$readme" "$n" >>"$WORKSPACE/.bazelrc" ;;
    bazel) run_readme_block "$readme" "$n" "$WORKSPACE" ;;
    plzconfig) readme_block "$readme" "$n" >>"$SCRATCH/plz/.plzconfig" ;;
    plz) run_readme_block "$readme" "$n" "$SCRATCH/plz" ;;
    tls*) note 'left to e2e/run tls' ;;
    *) fail "README.md marks a block with 'e2e: $name', which means nothing here" ;;
  esac
done

cd "$SCRATCH"
stop_server readme
