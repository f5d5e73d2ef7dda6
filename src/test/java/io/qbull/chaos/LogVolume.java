package io.qbull.chaos;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Counts log lines by their text, in which what varies is left out. */
final class LogVolume {
    private static final Pattern TIME = Pattern.compile("^\\S*\\d\\d:\\d\\d:\\d\\d\\S* ");
    private static final Pattern MINUTE = Pattern.compile("^(\\S*?\\d\\d:\\d\\d):\\d\\d");
    private static final Pattern VARYING = Pattern.compile("\\b[0-9a-f]{8,}\\b|\\d+(?:[.,:-]\\d+)*");
    private static final int SHOWN = 10;
    private static final int WIDTH = 150;

    private final Map<String, Integer> texts = new TreeMap<>();
    private final Map<String, Integer> minutes = new TreeMap<>();
    private int lines;

    /** The text without what varies. */
    static String shape(String line) {
        String text = VARYING.matcher(TIME.matcher(line).replaceFirst("")).replaceAll("#");
        return text.substring(0, Math.min(WIDTH, text.length()));
    }

    /** Adds all that a pod printed. */
    void add(String output) {
        for (String line : output.lines().toList()) {
            lines++;
            texts.merge(shape(line), 1, Integer::sum);
            var minute = MINUTE.matcher(line);
            if (minute.find()) {
                minutes.merge(minute.group(1), 1, Integer::sum);
            }
        }
    }

    /** Most lines of all pods in one minute. */
    int worstMinute() {
        return minutes.values().stream().max(Comparator.naturalOrder()).orElse(0);
    }

    /** Lines a minute and the most frequent texts. */
    String table() {
        List<String> frequent = texts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(SHOWN)
                .map(e -> String.format("%7d  %s", e.getValue(), e.getKey()))
                .toList();
        return lines + " log lines, " + lines / Math.max(1, minutes.size()) + " a minute, at most " + worstMinute()
                + frequent.stream().map(line -> System.lineSeparator() + line).collect(Collectors.joining());
    }
}
