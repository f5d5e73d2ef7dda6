package io.qbull.partition;

import io.qbull.model.Attempts;
import io.qbull.model.Job;
import io.qbull.model.JobPlace;
import org.jspecify.annotations.Nullable;

/**
 * A job that is to run, or runs.
 *
 * @param job the job
 * @param place where it is
 * @param heldKey its key if it is the first job of a held one; null if it comes from the stream
 */
record Work(Job job, JobPlace place, @Nullable HeldKey heldKey) {
    /** The same, with what is recorded of the job by now. */
    Work with(Attempts known) {
        return new Work(job.with(known), place, heldKey);
    }
}
