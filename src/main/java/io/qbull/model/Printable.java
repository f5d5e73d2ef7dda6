package io.qbull.model;

/** Text from outside, made safe for a log line or an error message. */
public final class Printable {
    private static final int LONGEST = 120;

    private Printable() {}

    /**
     * @param text any text
     * @return the text without control characters, cut at 120 characters
     */
    public static String of(String text) {
        return of(text, LONGEST);
    }

    /**
     * @param text any text
     * @param longest the most characters to keep
     * @return the text without control characters, cut
     */
    public static String of(String text, int longest) {
        String cut = text.length() > longest ? text.substring(0, longest) + "…" : text;
        return cut.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}\\p{Cf}]", "?");
    }
}
