package io.qbull.model;

/** Makes text from outside safe for a log line or an error message. Pure. */
public final class Printable {
    private static final int LONGEST = 120;

    private Printable() {}

    /**
     * @param text any text
     * @return the text with {@code ?} for control characters, cut after 120 characters
     */
    public static String of(String text) {
        return of(text, LONGEST);
    }

    /**
     * @param text any text
     * @param longest number of characters to keep
     * @return the text with {@code ?} for control characters, cut after {@code longest} characters
     */
    public static String of(String text, int longest) {
        String cut = text.length() > longest ? text.substring(0, longest) + "…" : text;
        return cut.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}\\p{Cf}]", "?");
    }
}
