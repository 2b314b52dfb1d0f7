#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
echo 'the log of the failing test arrived'
exit 1
