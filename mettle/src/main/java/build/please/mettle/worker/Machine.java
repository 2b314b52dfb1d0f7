// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

/** What runs share of the machine that they run on. */
record Machine(Kernel kernel, Timer timer) {}
