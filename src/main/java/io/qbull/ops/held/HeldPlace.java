package io.qbull.ops.held;

import io.qbull.model.Printable;

/**
 * The place of a held key in a list; its text is {@code 3@SHA-1}.
 *
 * @param partition index of the partition
 * @param tag of the key there; empty = before all keys
 */
public record HeldPlace(int partition, String tag) {
    /** Before all keys. */
    public static final HeldPlace START = new HeldPlace(0, "");

    /**
     * @param text as {@link #toString} makes it
     * @return the place
     * @throws IllegalArgumentException if {@code text} is not a place
     */
    public static HeldPlace parse(String text) {
        if (!text.matches("\\d{1,9}@([0-9a-f]{40})?")) {
            throw new IllegalArgumentException(
                    "'" + Printable.of(text) + "' is not a place of a held key: copy it from where a list ended");
        }
        int at = text.indexOf('@');
        return new HeldPlace(Integer.parseInt(text.substring(0, at)), text.substring(at + 1));
    }

    @Override
    public String toString() {
        return partition + "@" + tag;
    }
}
