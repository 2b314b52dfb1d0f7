// SPDX-License-Identifier: Apache-2.0
/** Makes, or writes down how to make, what a fleet needs of Cloud Pub/Sub. */
@NullMarked
package build.please.mettle.setup;

import org.jspecify.annotations.NullMarked;
