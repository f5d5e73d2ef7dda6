package io.qbull.model;

/** What a fetch found at one place of a stream. */
public sealed interface Entry {
    /**
     * @return its place in the stream
     */
    StreamId streamId();

    /**
     * @return its size in Redis, roughly: names and values of all fields, in bytes
     */
    int size();

    /**
     * An entry that can be handed to a route.
     *
     * @param job the job
     * @param size see {@link Entry#size()}
     */
    record Decoded(Job job, int size) implements Entry {
        @Override
        public StreamId streamId() {
            return job.streamId();
        }
    }

    /**
     * An entry that no route can be given; it is buried as it is.
     *
     * @param streamId its place
     * @param reason what is wrong with it, without its content
     * @param size see {@link Entry#size()}
     */
    record Undecodable(StreamId streamId, String reason, int size) implements Entry {}
}
