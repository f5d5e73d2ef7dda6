package io.qbull.model;

/**
 * The id of a job, given by its caller or generated.
 *
 * @param value 1 to 256 bytes of UTF-8 without control characters
 */
public record JobId(String value) {
    private static final int LONGEST = 256;

    /**
     * @throws IllegalArgumentException if {@code value} breaks the rule above
     */
    public JobId {
        // Less than one if UTF-8 cannot carry it.
        long bytes = Utf8.length(value);
        if (bytes < 1 || bytes > LONGEST || hasControl(value)) {
            throw new IllegalArgumentException(
                    "job id '" + Printable.of(value) + "' must be 1 to 256 bytes of UTF-8 without control characters");
        }
    }

    private static boolean hasControl(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (Character.isISOControl(text.charAt(at))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return value;
    }
}
