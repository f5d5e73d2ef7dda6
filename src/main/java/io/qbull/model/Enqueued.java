package io.qbull.model;

/**
 * The answer to an enqueue call: Redis has the job.
 *
 * @param id the job's id
 * @param partition its partition
 * @param streamId its entry; {@link StreamId#START} for a duplicate, whose entry may be gone, and for a delayed job, which has no
 *     entry before it is due
 * @param duplicate whether nothing was added, because a job with this id came within the deduplication window
 */
public record Enqueued(JobId id, PartitionId partition, StreamId streamId, boolean duplicate) {}
