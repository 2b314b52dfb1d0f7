# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Finds the blocks of a Markdown file that a line <!-- e2e: NAME --> just before the fence marks.

# readme_names FILE: the names, one a line, as they follow each other
readme_names() {
  awk '
    /^```/ { inside = !inside; if (inside && name != "") print name }
    { name = "" }
    !inside && match($0, /^<!-- e2e: [a-z]+ -->$/) { name = $3 }
  ' "$1"
}

# readme_block FILE N: the lines of the Nth marked block
readme_block() {
  awk -v wanted="$2" '
    /^```/ && !inside { 
      inside = 1; count += marked; mine = marked && count == wanted; marked = 0; next
    }
    /^```/ { inside = 0 }
    inside && mine
    !inside { marked = $0 ~ /^<!-- e2e: [a-z]+ -->$/ }
  ' "$1"
}
