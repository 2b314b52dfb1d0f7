// SPDX-License-Identifier: Apache-2.0
package build.please.metrics;

import java.util.Map;

/** A page for administrators: GET shows something, POST changes it. Safe for concurrent use. */
public interface AdminPage {
  /** How things are, in lines of text. */
  String show();

  /**
   * Changes it.
   *
   * @param parameters of the query and of a form
   * @throws IllegalArgumentException if they mean nothing; one line, and nothing is changed
   */
  void change(Map<String, String> parameters);
}
