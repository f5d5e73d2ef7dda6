package io.qbull.app.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.util.StringHelper;

/** A report as a page that needs nothing else: a table, and plots as SVG. */
final class HtmlReport {
    private static final String HEAD = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>QBull bench</title>
            <style>
            body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
            table{border-collapse:collapse;width:100%}td,th{padding:.2rem .6rem;text-align:right;border-bottom:1px solid #ddd}
            td.l,th.l{text-align:left}.bad{color:#b00020;font-weight:600}svg{width:100%;height:auto}
            text{font:12px system-ui,sans-serif;fill:#222}.grid{stroke:#ddd}.q{fill:#2166ac}.r{fill:#d9d9d9}
            </style></head><body><h1>QBull bench</h1>
            """;

    private HtmlReport() {}

    /**
     * @param earlier what to compare with
     * @return the page
     */
    static String of(Report report, Comparison earlier) {
        return HEAD + setup(report.setup()) + violations(report.violations()) + table(report.figures(), earlier)
                + bars(report.figures()) + LatencyPlot.of(report.curves()) + "</body></html>\n";
    }

    private static String escaped(String text) {
        return StringHelper.xmlEncode(text);
    }

    private static String setup(Map<String, String> setup) {
        return "<p>"
                + setup.entrySet().stream()
                        .map(each -> escaped(each.getKey() + " " + each.getValue()))
                        .collect(Collectors.joining(", "))
                + "</p>\n";
    }

    private static String violations(List<String> violations) {
        return violations.stream()
                .map(violation -> "<p class=\"bad\">" + escaped(violation) + "</p>\n")
                .collect(Collectors.joining());
    }

    private static String table(List<Figure> figures, Comparison earlier) {
        StringBuilder rows = new StringBuilder("<table><tr><th class=\"l\">part</th><th class=\"l\"></th><th>QBull</th>"
                + "<th>limit</th><th>ratio</th><th>spread</th>"
                + (earlier.empty() ? "" : "<th>change</th><th>of ratio</th>") + "<th class=\"l\"></th></tr>\n");
        for (Figure figure : figures) {
            rows.append("<tr>")
                    .append(cell("l", figure.part()))
                    .append(cell("l", figure.name()))
                    .append(cell("", Numbers.of(figure.value(), figure.unit())))
                    .append(cell("", Numbers.limit(figure)))
                    .append(cell("", Numbers.ratio(figure)))
                    .append(cell("", Numbers.spread(figure)));
            if (!earlier.empty()) {
                rows.append(cell("", Numbers.change(earlier.change(figure))))
                        .append(cell("", Numbers.change(earlier.ratioChange(figure))));
            }
            rows.append(cell("l", figure.note())).append("</tr>\n");
        }
        return rows + "</table>\n";
    }

    private static String cell(String style, String text) {
        return (style.isEmpty() ? "<td>" : "<td class=\"" + style + "\">") + escaped(text) + "</td>";
    }

    /** The rates beside their limits. */
    private static String bars(List<Figure> figures) {
        List<Figure> rates = figures.stream()
                .filter(figure -> figure.unit().equals(Figure.RATE) && figure.limit() != null)
                .toList();
        if (rates.isEmpty()) {
            return "";
        }
        double largest = rates.stream()
                .mapToDouble(figure -> Math.max(figure.value(), limit(figure)))
                .max()
                .orElse(1);
        StringBuilder svg = new StringBuilder("<h2>Jobs per second, and the raw limit (grey)</h2>\n");
        svg.append(String.format(Locale.ROOT, "<svg viewBox=\"0 0 800 %d\">\n", rates.size() * 44));
        for (int i = 0; i < rates.size(); i++) {
            Figure figure = rates.get(i);
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"0\" y=\"%d\">%s</text><rect class=\"r\" x=\"230\" y=\"%d\" width=\"%.1f\" height=\"16\"/>"
                            + "<rect class=\"q\" x=\"230\" y=\"%d\" width=\"%.1f\" height=\"16\"/>"
                            + "<text x=\"%.1f\" y=\"%d\">%s</text>%n",
                    i * 44 + 22,
                    escaped(figure.id()),
                    i * 44 + 20,
                    460 * limit(figure) / largest,
                    i * 44 + 2,
                    460 * figure.value() / largest,
                    236 + 460 * figure.value() / largest,
                    i * 44 + 15,
                    escaped(Numbers.of(figure.value(), figure.unit()) + ", ratio " + Numbers.ratio(figure))));
        }
        return svg + "</svg>\n";
    }

    private static double limit(Figure figure) {
        Double limit = figure.limit();
        return limit == null ? 0 : limit;
    }
}
