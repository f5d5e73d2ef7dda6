package io.qbull.model;

/**
 * The answer to an enqueue: Redis has the job.
 *
 * @param id the job's id
 * @param partition where it is
 * @param streamId its entry; {@link StreamId#START} for a duplicate, whose entry may be gone already, and for a delayed job, which
 *     has none before it is due
 * @param duplicate whether a job with this caller-given id had come within the deduplication window, and nothing was added
 */
public record Enqueued(JobId id, PartitionId partition, StreamId streamId, boolean duplicate) {}
