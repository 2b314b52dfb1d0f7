// SPDX-License-Identifier: Apache-2.0
package build.please.elan.access;

import java.util.Optional;

/** What a caller shows, and the role that it has by that. */
enum Shown {
  NOTHING("", "", Optional.empty()),
  WRONG_TOKEN("wrong-token", "", Optional.empty()),
  READER_TOKEN("reader-token", "", Optional.of(RoleTable.Need.READER)),
  WRITER_TOKEN("writer-token", "", Optional.of(RoleTable.Need.WRITER)),
  ADMIN_TOKEN("admin-token", "", Optional.of(RoleTable.Need.ADMIN)),
  STRANGERS_CERTIFICATE("", "stranger", Optional.empty()),
  READER_CERTIFICATE("", "reader", Optional.of(RoleTable.Need.READER)),
  WRITER_CERTIFICATE("", "writer", Optional.of(RoleTable.Need.WRITER)),
  ADMIN_CERTIFICATE("", "admin", Optional.of(RoleTable.Need.ADMIN)),
  BOTH("writer-token", "reader", Optional.of(RoleTable.Need.WRITER)),
  WRONG_TOKEN_AND_CERTIFICATE("wrong-token", "writer", Optional.of(RoleTable.Need.WRITER));

  final String token;
  final String certificate;
  final Optional<RoleTable.Need> role;

  /**
   * @param token empty for none
   * @param certificate its common name; empty for none
   */
  Shown(String token, String certificate, Optional<RoleTable.Need> role) {
    this.token = token;
    this.certificate = certificate;
    this.role = role;
  }
}
