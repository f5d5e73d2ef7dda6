package io.qbull.model;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The layout version that a partition knows, and whether it takes jobs for it. A partition that is closed for a version takes none
 * until it opens for it; it never goes back. The natural order is that of a partition's life.
 *
 * @param version 0 for a partition that has no seal
 * @param open whether the partition takes jobs for that version
 */
public record SealState(int version, boolean open) implements Comparable<SealState> {
    /** The seal is absent. */
    public static final SealState NONE = new SealState(0, false);

    private static final Pattern TEXT = Pattern.compile("([1-9]\\d{0,8}) (open|closed)");
    private static final Comparator<SealState> ORDER =
            Comparator.comparingInt(SealState::version).thenComparing(SealState::open);

    /**
     * @param text what Redis has
     * @return the seal; {@link #NONE} if there is no text, or none of this form: such a seal counts as lost
     */
    public static SealState parse(@Nullable String text) {
        Matcher parts = TEXT.matcher(text == null ? "" : text);
        return parts.matches()
                ? new SealState(Integer.parseInt(parts.group(1)), parts.group(2).equals("open"))
                : NONE;
    }

    /**
     * @param other another state
     * @return whether this one is not before it
     */
    public boolean reached(SealState other) {
        return compareTo(other) >= 0;
    }

    @Override
    public int compareTo(SealState other) {
        return ORDER.compare(this, other);
    }

    /** As it is in Redis, {@code 2 open}. */
    @Override
    public String toString() {
        return version + (open ? " open" : " closed");
    }
}
