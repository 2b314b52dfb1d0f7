#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
echo 'the log of the slow test arrived'
sleep 100
