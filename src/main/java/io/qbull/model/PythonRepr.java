package io.qbull.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * The {@code repr} of a text in CPython 3.11. A table made by that Python (Unicode 14) says which characters are printable. The JDK must
 * not decide this, because another Unicode version would move keys to other partitions.
 */
final class PythonRepr {
    private static final String TABLE = "python-printable.txt";
    /** Ascending: the start of a printable range, the first character after it, the start of the next range, and so on. */
    private static final int[] EDGES = edges();

    private PythonRepr() {}

    /**
     * @param text any text; an unpaired surrogate is escaped, as in Python
     * @return the value of {@code repr(text)}
     */
    static String of(String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder shown = new StringBuilder(text.length() + 2).append(quote);
        text.codePoints().forEach(character -> append(shown, character, quote));
        return shown.append(quote).toString();
    }

    private static void append(StringBuilder shown, int character, char quote) {
        if (character == quote || character == '\\') {
            shown.append('\\').append((char) character);
        } else if (printable(character)) {
            shown.appendCodePoint(character);
        } else {
            shown.append(escaped(character));
        }
    }

    private static String escaped(int character) {
        return switch (character) {
            case '\t' -> "\\t";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            default -> {
                String hex = Integer.toHexString(character);
                yield hex.length() <= 2
                        ? "\\x" + padded(hex, 2)
                        : hex.length() <= 4 ? "\\u" + padded(hex, 4) : "\\U" + padded(hex, 8);
            }
        };
    }

    private static String padded(String hex, int length) {
        return "0".repeat(length - hex.length()) + hex;
    }

    private static boolean printable(int character) {
        int at = Arrays.binarySearch(EDGES, character);
        int edgesUpToIt = at >= 0 ? at + 1 : -at - 1;
        return edgesUpToIt % 2 == 1;
    }

    private static int[] edges() {
        try (InputStream table = Objects.requireNonNull(PythonRepr.class.getResourceAsStream(TABLE), TABLE)) {
            return new String(table.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .flatMap(line -> Arrays.stream(line.split(" ")))
                    .mapToInt(edge -> Integer.parseInt(edge, 16))
                    .toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
