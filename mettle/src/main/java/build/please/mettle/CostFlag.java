// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.mettle.worker.Costs;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A name and an amount of money, as in {@code machine:£0.02} or {@code disk:EUR1.5}. */
final class CostFlag implements ITypeConverter<Costs.Cost> {
  private static final Pattern FORM =
      Pattern.compile(
          "(?<name>[^:]+):(?<currency>[A-Z]{3}|[£$])(?<amount>[0-9]{1,15}\\.[0-9]{1,15})");

  private static final Map<String, String> SIGNS = Map.of("£", "GBP", "$", "USD");

  @Override
  public Costs.Cost convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is not NAME:AMOUNT, such as machine:£0.02 or machine:EUR0.02");
    }
    String currency = form.group("currency");
    return new Costs.Cost(
        form.group("name"),
        SIGNS.getOrDefault(currency, currency),
        Double.parseDouble(form.group("amount")));
  }
}
