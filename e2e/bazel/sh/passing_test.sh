#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
set -eu
[ "$(cat gen/hello.txt)" = hello ]
