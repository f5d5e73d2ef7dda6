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
        String cut = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
        return cut.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}\\p{Cf}]", "?");
    }
}
