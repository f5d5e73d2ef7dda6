package io.qbull.app.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A report for a terminal: a table, and bars. */
final class TextReport {
    private static final int BAR = 50;
    private static final String[] EIGHTHS = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

    private TextReport() {}

    /**
     * @param earlier what to compare with
     * @return complete lines
     */
    static String of(Report report, Comparison earlier) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(head(earlier));
        String part = "";
        for (Figure figure : report.figures()) {
            rows.add(row(figure, figure.part().equals(part) ? "" : figure.part(), earlier));
            part = figure.part();
        }
        return setup(report.setup()) + "\n" + table(rows) + "\n" + bars(report.figures());
    }

    private static String setup(Map<String, String> setup) {
        return setup.entrySet().stream()
                        .map(each -> each.getKey() + " " + each.getValue())
                        .collect(Collectors.joining(", "))
                + "\n";
    }

    private static List<String> head(Comparison earlier) {
        List<String> head = new ArrayList<>(List.of("PART", "", "QBULL", "LIMIT", "RATIO", "SPREAD"));
        if (!earlier.empty()) {
            head.addAll(List.of("CHANGE", "OF RATIO"));
        }
        head.add("");
        return head;
    }

    private static List<String> row(Figure figure, String part, Comparison earlier) {
        List<String> row = new ArrayList<>(List.of(
                part,
                figure.name(),
                Numbers.of(figure.value(), figure.unit()),
                Numbers.limit(figure),
                Numbers.ratio(figure),
                Numbers.spread(figure)));
        if (!earlier.empty()) {
            row.add(Numbers.change(earlier.change(figure)));
            row.add(Numbers.change(earlier.ratioChange(figure)));
        }
        row.add(figure.note());
        return row;
    }

    /** Words to the left, numbers to the right. */
    private static String table(List<List<String>> rows) {
        int last = rows.get(0).size() - 1;
        int[] widths = new int[last + 1];
        for (List<String> row : rows) {
            for (int i = 0; i <= last; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i <= last; i++) {
                String gap = " ".repeat(widths[i] - row.get(i).length());
                line.append(i < 2 || i == last ? row.get(i) + gap : gap + row.get(i))
                        .append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /** The rates as shares of their limits. */
    private static String bars(List<Figure> figures) {
        List<Figure> rates = figures.stream()
                .filter(figure -> figure.unit().equals(Figure.RATE) && figure.ratio() != null)
                .toList();
        if (rates.isEmpty()) {
            return "";
        }
        int width =
                rates.stream().mapToInt(figure -> figure.id().length()).max().orElse(0);
        StringBuilder text = new StringBuilder("Of the raw limit\n");
        for (Figure figure : rates) {
            Double ratio = figure.ratio();
            text.append(figure.id())
                    .append(" ".repeat(width - figure.id().length() + 2))
                    .append(bar(ratio == null ? 0 : ratio))
                    .append(' ')
                    .append(Numbers.ratio(figure))
                    .append('\n');
        }
        return text.toString();
    }

    /** As long as the share of the limit; a value above the limit ends with an arrow. */
    static String bar(double ratio) {
        long eighths = Math.round(Math.max(0, Math.min(1, ratio)) * BAR * EIGHTHS.length);
        return "█".repeat((int) (eighths / EIGHTHS.length))
                + EIGHTHS[(int) (eighths % EIGHTHS.length)]
                + (ratio > 1 ? "▶" : "");
    }
}
