package io.qbull.model;

/**
 * The place of a job that is not done: in the stream, or among the held jobs of its key.
 *
 * @param streamId the entry as which it came into the queue
 * @param held its place among the held jobs of its key; empty while it is in the stream
 */
public record JobPlace(StreamId streamId, String held) {
    /**
     * @param streamId an entry
     * @return the place of a job in the stream
     */
    public static JobPlace inStream(StreamId streamId) {
        return new JobPlace(streamId, "");
    }

    /**
     * @return whether it is among the held jobs of its key
     */
    public boolean isHeld() {
        return !held.isEmpty();
    }
}
