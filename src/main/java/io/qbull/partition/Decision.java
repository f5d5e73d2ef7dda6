package io.qbull.partition;

import io.qbull.model.Job;
import io.qbull.model.JobPlace;
import io.qbull.store.JobLog.Burial;
import org.jspecify.annotations.Nullable;

/** What a pump does next about its jobs. */
sealed interface Decision {
    /**
     * A job starts.
     *
     * @param work the job
     * @param suspect whether the job may have crashed the previous owner; if so, its start is recorded first
     */
    record Start(Work work, boolean suspect) implements Decision {}

    /**
     * A job is buried without a run.
     *
     * @param job the job; null if its entry cannot be decoded
     * @param place where it is
     * @param heldKey its key if it is the first job of a held one; null if it comes from the stream
     * @param why the reason
     */
    record Bury(@Nullable Job job, JobPlace place, @Nullable HeldKey heldKey, Burial why) implements Decision {}

    /**
     * The first job of a held key is read.
     *
     * @param key the key
     */
    record ReadHead(HeldKey key) implements Decision {}

    /**
     * Nothing starts before something else happens.
     *
     * @param cause what the pump waits for
     */
    record Wait(StallCause cause) implements Decision {}
}
