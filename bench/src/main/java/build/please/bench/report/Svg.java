// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import java.util.List;
import java.util.Locale;

/** Bars on a scale of powers of ten, one below the other. */
public final class Svg {
  private static final int WIDTH = 760;
  private static final int LABELS = 220;
  private static final int VALUES = 80;
  private static final int HEIGHT = 18;

  private Svg() {}

  /**
   * One bar.
   *
   * @param value above 0
   * @param figure the value as it is written
   */
  public record Bar(String label, double value, String figure, String colour) {}

  /** A picture of bars. */
  public static String bars(String title, List<Bar> bars) {
    double least = bars.stream().mapToDouble(Bar::value).min().orElse(1);
    double most = bars.stream().mapToDouble(Bar::value).max().orElse(1);
    double from = Math.floor(Math.log10(least) - 0.05);
    double to = Math.max(from + 1, Math.ceil(Math.log10(most)));
    StringBuilder svg = new StringBuilder();
    int height = HEIGHT * bars.size() + 34;
    line(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\""
            + " font-size=\"12\">",
        WIDTH,
        height);
    line(svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
    line(svg, "<text x=\"4\" y=\"16\" font-weight=\"bold\">%s</text>", escape(title));
    int y = 26;
    for (Bar bar : bars) {
      double share = (Math.log10(bar.value()) - from) / (to - from);
      double width = Math.max(1, share * (WIDTH - LABELS - VALUES));
      line(
          svg,
          "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
          LABELS - 6,
          y + 13,
          escape(bar.label()));
      line(
          svg,
          "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
          LABELS,
          y + 2,
          width,
          HEIGHT - 4,
          bar.colour());
      line(
          svg,
          "<text x=\"%.1f\" y=\"%d\">%s</text>",
          LABELS + width + 4,
          y + 13,
          escape(bar.figure()));
      y += HEIGHT;
    }
    return svg.append("</svg>\n").toString();
  }

  private static void line(StringBuilder svg, String form, Object... values) {
    svg.append(String.format(Locale.ROOT, form, values)).append('\n');
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
