package io.qbull.lease;

import io.qbull.model.PodId;
import io.qbull.model.QueueName;

/** The leases that a keeper competes for, and the pod it works for. What may change is read and changed on the event loop. */
public final class LeaseDomain {
    private final QueueName queue;
    private final PodId pod;
    private final int suspectWindow;
    private Competition competition;

    /**
     * @param queue the queue
     * @param competition its leases, at first
     * @param pod this pod
     * @param suspectWindow the most entries from the head of a partition among which this pod starts jobs; the lease carries it, so that
     *     the next owner knows which jobs to suspect after a crash
     */
    public LeaseDomain(QueueName queue, Competition competition, PodId pod, int suspectWindow) {
        this.queue = queue;
        this.competition = competition;
        this.pod = pod;
        this.suspectWindow = suspectWindow;
    }

    QueueName queue() {
        return queue;
    }

    PodId pod() {
        return pod;
    }

    int suspectWindow() {
        return suspectWindow;
    }

    Competition competition() {
        return competition;
    }

    void resized(Competition now) {
        competition = now;
    }

    int partitions() {
        return competition.partitions();
    }

    boolean urgent(int index) {
        return competition.urgent().contains(index);
    }
}
