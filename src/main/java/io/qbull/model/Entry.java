package io.qbull.model;

/** An entry of the log, as a fetch returns it. */
public sealed interface Entry {
    /**
     * @return its name in the log
     */
    EntryId id();

    /**
     * @return its id in its stream
     */
    default StreamId streamId() {
        return id().streamId();
    }

    /**
     * @return its approximate size in Redis: the bytes of all names and values of its fields
     */
    int size();

    /**
     * An entry that a route can handle.
     *
     * @param job the job
     * @param size see {@link Entry#size()}
     */
    record Decoded(Job job, int size) implements Entry {
        @Override
        public EntryId id() {
            return job.entry();
        }
    }

    /**
     * An entry that no route can handle. It is buried as it is.
     *
     * @param id its name in the log
     * @param reason what is wrong with it; does not contain its content
     * @param size see {@link Entry#size()}
     */
    record Undecodable(EntryId id, String reason, int size) implements Entry {}

    /**
     * A job that was held when it moved here: it is put among the held jobs again before anything of its key runs.
     *
     * @param id its name in the log
     * @param key its key
     * @param size see {@link Entry#size()}
     */
    record Arrived(EntryId id, String key, int size) implements Entry {}

    /**
     * The marker of a layout version that has started. It has no use any more.
     *
     * @param id its name in the log
     * @param size see {@link Entry#size()}
     */
    record Marker(EntryId id, int size) implements Entry {}
}
