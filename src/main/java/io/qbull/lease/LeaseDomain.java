package io.qbull.lease;

import io.qbull.model.PodId;
import io.qbull.model.QueueName;

/**
 * The leases that a keeper competes for, and the pod it works for.
 *
 * @param queue the queue
 * @param partitions number of partitions of the queue
 * @param pod this pod
 * @param suspectWindow the most entries from the head of a partition among which this pod starts jobs; the lease carries it, so that
 *     the next owner knows which jobs to suspect after a crash
 */
public record LeaseDomain(QueueName queue, int partitions, PodId pod, int suspectWindow) {}
