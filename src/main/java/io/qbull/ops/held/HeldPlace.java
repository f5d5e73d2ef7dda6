package io.qbull.ops.held;

import io.qbull.model.Printable;

/**
 * Where a held key stands in a list; its text is {@code 3@SHA-1}.
 *
 * @param partition index of the partition
 * @param tag of the key there; empty = before all
 */
public record HeldPlace(int partition, String tag) {
    /** Before every one. */
    public static final HeldPlace START = new HeldPlace(0, "");

    /**
     * @param text as {@link #toString} makes it
     * @return the place
     * @throws IllegalArgumentException if {@code text} is none
     */
    public static HeldPlace parse(String text) {
        if (!text.matches("\\d{1,9}@([0-9a-f]{40})?")) {
            throw new IllegalArgumentException(
                    "'" + Printable.of(text) + "' is no place that a list of held keys ended at");
        }
        int at = text.indexOf('@');
        return new HeldPlace(Integer.parseInt(text.substring(0, at)), text.substring(at + 1));
    }

    @Override
    public String toString() {
        return partition + "@" + tag;
    }
}
