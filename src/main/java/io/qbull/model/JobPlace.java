package io.qbull.model;

/**
 * The place of a job that is not done: in the log, or among the held jobs of its key.
 *
 * @param entry the entry that it is, or was before it was held
 * @param held its place among the held jobs of its key; empty while it is in the log
 */
public record JobPlace(EntryId entry, String held) {
    /**
     * @param streamId an entry of the partition's own stream
     * @return the place of a job there
     */
    public static JobPlace inStream(StreamId streamId) {
        return inLog(EntryId.own(streamId));
    }

    /**
     * @param entry an entry
     * @return the place of a job in the log
     */
    public static JobPlace inLog(EntryId entry) {
        return new JobPlace(entry, "");
    }

    /**
     * @return whether it is among the held jobs of its key
     */
    public boolean isHeld() {
        return !held.isEmpty();
    }
}
