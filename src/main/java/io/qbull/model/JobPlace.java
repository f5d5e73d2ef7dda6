package io.qbull.model;

/**
 * Where a job that is not done lies.
 *
 * @param streamId the entry as which it came into the queue
 * @param held its place among the held jobs of its key; empty while it is in the stream
 */
public record JobPlace(StreamId streamId, String held) {
    /**
     * @param streamId an entry
     * @return of a job in the stream
     */
    public static JobPlace inStream(StreamId streamId) {
        return new JobPlace(streamId, "");
    }

    /**
     * @return whether it waits among the held jobs of its key
     */
    public boolean isHeld() {
        return !held.isEmpty();
    }
}
