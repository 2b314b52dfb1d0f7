// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** That a test sees rules of the API kept, and would see them broken. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Shows {
  /** One or more rules, with blanks between. */
  String value();
}
