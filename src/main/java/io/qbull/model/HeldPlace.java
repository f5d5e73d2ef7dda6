package io.qbull.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place of a held job among the held jobs of its key. It is given once and stays, in whatever partition the job is. The natural
 * order is that of the texts, and thus that in which the jobs of a key were added:
 * <ol>
 *   <li>by layout version;
 *   <li>within a version, jobs that were parked from the stream to which they were added, before those that were parked from the segment
 *       in which they arrived later: what is held when a key moves, moves first;
 *   <li>by stream id.
 * </ol>
 *
 * @param version the layout version under which the job was added, at least 1
 * @param moved whether the job had moved before it was parked
 * @param entry the entry as which it came: of the stream, or of the segment
 * @param partition index of the partition to which it was added; of a moved job, the one from which it came
 * @param parkedIn index of the partition in whose log the entry was. The segments of several partitions for one that is left may give
 *     entries the same id, and all places of a queue may meet in one partition
 */
public record HeldPlace(int version, boolean moved, StreamId entry, int partition, int parkedIn)
        implements Comparable<HeldPlace> {
    private static final Pattern TEXT =
            Pattern.compile("(\\d{10})([:;])(\\d{20})-(\\d{20}):(\\d{1,5})(?:\\.(\\d{1,5}))?");
    private static final int LONGEST_NUMBER = 20;

    /**
     * @throws IllegalArgumentException if a number is out of range, or if a job that had not moved was parked in another partition than the
     *     one to which it was added
     */
    public HeldPlace {
        if (version < 1 || partition < 0 || parkedIn < 0 || (!moved && parkedIn != partition)) {
            throw new IllegalArgumentException("there is no partition " + partition + " in a layout version " + version
                    + ", parked in " + parkedIn);
        }
    }

    /**
     * @param version the layout version under which the job was added, at least 1
     * @param entry the entry of the stream
     * @param partition index of the partition
     * @return the place of a job that was parked from the stream to which it was added
     */
    public static HeldPlace added(int version, StreamId entry, int partition) {
        return new HeldPlace(version, false, entry, partition, partition);
    }

    /**
     * The place of a job that was not held before. One that arrived in a resize comes behind what was held before that resize, and
     * before what is added after it.
     *
     * @param entry an entry of the log of a partition
     * @param started the newest layout version whose jobs may run there
     * @param partition index of the partition
     * @return its place once it is held
     */
    public static HeldPlace of(EntryId entry, int started, int partition) {
        Segment segment = entry.segment();
        return segment.own()
                ? added(started, entry.streamId(), partition)
                : new HeldPlace(segment.version() - 1, true, entry.streamId(), segment.source(), partition);
    }

    /**
     * @param text any text
     * @return whether it has the form of a place
     */
    public static boolean matches(String text) {
        return TEXT.matcher(text).matches();
    }

    /**
     * @return the entry of the log that the job was before it was held; of a job that was held when it moved, in the partition from which
     *     it came
     */
    public EntryId log() {
        return moved ? new EntryId(new Segment(version + 1, partition), entry) : EntryId.own(entry);
    }

    /**
     * @param text as it is in Redis
     * @return the place
     * @throws IllegalArgumentException if {@code text} has another form
     */
    public static HeldPlace parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + Printable.of(text) + "' is no place of a held job");
        }
        try {
            StreamId entry =
                    new StreamId(Long.parseUnsignedLong(parts.group(3)), Long.parseUnsignedLong(parts.group(4)));
            int partition = Integer.parseInt(parts.group(5));
            String parkedIn = parts.group(6);
            return new HeldPlace(
                    Integer.parseInt(parts.group(1)),
                    parts.group(2).equals(";"),
                    entry,
                    partition,
                    parkedIn == null ? partition : Integer.parseInt(parkedIn));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + Printable.of(text) + "' is no place of a held job", e);
        }
    }

    @Override
    public int compareTo(HeldPlace other) {
        return toString().compareTo(other.toString());
    }

    /**
     * As it is in Redis: {@code 0000000001:00000001700000000000-00000000000000000000:3}, or {@code
     * 0000000001;00000001700000000000-00000000000000000000:3.5} of a job that had moved from partition 3 to 5.
     */
    @Override
    public String toString() {
        return "0".repeat(10 - Integer.toString(version).length()) + version + (moved ? ";" : ":") + padded(entry) + ":"
                + partition + (moved ? "." + parkedIn : "");
    }

    /** A stream id whose text sorts as the id does. */
    static String padded(StreamId id) {
        return padded(id.millis()) + "-" + padded(id.sequence());
    }

    /** A number without sign whose text sorts as the number does. */
    static String padded(long unsigned) {
        String digits = Long.toUnsignedString(unsigned);
        return "0".repeat(LONGEST_NUMBER - digits.length()) + digits;
    }
}
