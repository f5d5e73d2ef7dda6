package io.qbull.partition;

import io.qbull.model.Job;
import io.qbull.model.JobPlace;
import org.jspecify.annotations.Nullable;

/**
 * A job that is to be run, or runs.
 *
 * @param job the job
 * @param place where it lies
 * @param held its key, if it is the first of a held one; null if it comes from the stream
 */
record Work(Job job, JobPlace place, @Nullable HeldKey held) {}
