// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/** Whose certificates give a role. */
record SubjectPattern(Role role, Pattern name) {
  /** Mail, DNS and URI among the types of alternative names. */
  private static final List<Integer> NAMES = List.of(1, 2, 6);

  /**
   * {@code PATTERN}, which gives the role of a writer, or {@code ROLE:PATTERN}. A * stands for any
   * characters, also none.
   */
  static SubjectPattern parse(String text) {
    int colon = text.indexOf(':');
    Optional<Role> role = colon < 0 ? Optional.empty() : Role.named(text.substring(0, colon));
    String glob = role.isPresent() ? text.substring(colon + 1) : text;
    String regex =
        Arrays.stream(glob.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
    return new SubjectPattern(role.orElse(Role.WRITER), Pattern.compile(regex, Pattern.DOTALL));
  }

  /**
   * Whether it is the whole subject, as RFC 2253 writes it, its common name, or one of the names of
   * DNS, URI and mail beside it.
   */
  boolean matches(X509Certificate certificate) {
    return names(certificate).stream().anyMatch(text -> name.matcher(text).matches());
  }

  private static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    String subject = certificate.getSubjectX500Principal().getName();
    names.add(subject);
    try {
      for (Rdn part : new LdapName(subject).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          names.add(String.valueOf(part.getValue()));
        }
      }
      @Nullable Collection<List<?>> others = certificate.getSubjectAlternativeNames();
      if (others != null) {
        others.stream()
            .filter(other -> NAMES.contains(other.get(0)))
            .forEach(other -> names.add(String.valueOf(other.get(1))));
      }
    } catch (InvalidNameException | CertificateParsingException e) {
      // Then it has no such names.
      return names;
    }
    return names;
  }
}
