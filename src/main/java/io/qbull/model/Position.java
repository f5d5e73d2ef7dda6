package io.qbull.model;

import java.util.Comparator;

/**
 * Where a job is in the log of the partition that it leaves. Jobs move in this order, and a new partition skips what is not above the
 * last position that it received: so a repeated copy adds nothing twice.
 *
 * @param part the part of the log
 * @param id sorts as text within the part; printable, without blanks
 */
public record Position(LogPart part, String id) implements Comparable<Position> {
    private static final Comparator<Position> ORDER =
            Comparator.comparing(Position::part).thenComparing(Position::id);

    /**
     * @throws IllegalArgumentException if the id is empty or has a blank
     */
    public Position {
        if (id.isEmpty() || id.indexOf(' ') >= 0) {
            throw new IllegalArgumentException("'" + Printable.of(id) + "' is no id of a position");
        }
    }

    /**
     * @param entry an entry of a segment, or of the own stream
     * @return its position
     */
    public static Position ofEntry(EntryId entry) {
        return new Position(LogPart.of(entry.segment()), HeldPlace.padded(entry.streamId()));
    }

    /**
     * @param due when the job is due, in ms
     * @param number of the job among those with the same due time, as text of a fixed length
     * @return its position
     */
    public static Position ofDelayed(long due, String number) {
        return new Position(LogPart.DELAYED, HeldPlace.padded(due) + "-" + number);
    }

    /**
     * @param keyTag SHA-1 of the key, in hexadecimal digits
     * @param place the place of the job among the held jobs of its key
     * @return its position
     */
    public static Position ofHeld(String keyTag, HeldPlace place) {
        return new Position(LogPart.HELD, keyTag + "/" + place);
    }

    /**
     * @param text {@code ordinal id}
     * @return the position
     * @throws IllegalArgumentException if {@code text} has another form
     */
    public static Position parse(String text) {
        int blank = text.indexOf(' ');
        try {
            return new Position(new LogPart(Long.parseLong(text, 0, blank, 10)), text.substring(blank + 1));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("'" + Printable.of(text) + "' is no position", e);
        }
    }

    @Override
    public int compareTo(Position other) {
        return ORDER.compare(this, other);
    }

    /** As it is in Redis. */
    @Override
    public String toString() {
        return part.ordinal() + " " + id;
    }
}
