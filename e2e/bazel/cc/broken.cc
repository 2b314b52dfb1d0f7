// SPDX-License-Identifier: Apache-2.0

#error this compile fails on purpose
