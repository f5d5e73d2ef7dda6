package io.qbull.it;

import io.qbull.it.Event.Owner;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.store.JobLog;
import io.qbull.store.LeaseTable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Writes down when leases begin and end. A lease that was handed over begins with the receiver's first renewal. */
final class LoggedLeases implements LeaseTable {
    /** In place of a predecessor's end. */
    static final String HANDED_OVER = "HANDED_OVER";

    private final LeaseTable leases;
    private final EventLog log;
    private final Set<Owner> known = ConcurrentHashMap.newKeySet();

    LoggedLeases(LeaseTable leases, EventLog log) {
        this.leases = leases;
        this.log = log;
    }

    @Override
    public CompletionStage<Acquisition> acquire(PartitionId partition, LeaseOwner owner, Duration ttl, int window) {
        long sent = System.nanoTime();
        return leases.acquire(partition, owner, ttl, window).whenComplete((answer, failure) -> {
            if (answer instanceof Acquisition.Granted granted) {
                begun(granted.lease(), sent, granted.predecessor().name());
            }
        });
    }

    @Override
    public CompletionStage<Map<Lease, Renewal>> renew(List<RenewalRequest> renewals, Duration ttl) {
        long sent = System.nanoTime();
        return leases.renew(renewals, ttl).whenComplete((answers, failure) -> {
            if (answers != null) {
                answers.forEach((lease, renewal) -> {
                    if (renewal instanceof Renewal.Lost) {
                        log.add(new Event.Gone(System.nanoTime(), LoggedJobs.owner(lease), false));
                    } else if (!known.contains(LoggedJobs.owner(lease))) {
                        begun(lease, sent, HANDED_OVER);
                    }
                });
            }
        });
    }

    private void begun(Lease lease, long sent, String predecessor) {
        known.add(LoggedJobs.owner(lease));
        log.add(new Event.Granted(System.nanoTime(), sent, LoggedJobs.owner(lease), predecessor));
    }

    @Override
    public CompletionStage<JobLog.Verdict> release(Lease lease, int suspects) {
        log.add(new Event.Gone(System.nanoTime(), LoggedJobs.owner(lease), true));
        return leases.release(lease, suspects);
    }

    @Override
    public CompletionStage<JobLog.Verdict> handOver(Lease lease, LeaseOwner to, Duration ttl, int suspects) {
        log.add(new Event.Gone(System.nanoTime(), LoggedJobs.owner(lease), true));
        return leases.handOver(lease, to, ttl, suspects);
    }

    @Override
    public CompletionStage<Boolean> requestHandOver(PartitionId partition, LeaseOwner by) {
        return leases.requestHandOver(partition, by);
    }

    @Override
    public CompletionStage<Void> remind(PartitionId partition) {
        return leases.remind(partition);
    }

    @Override
    public CompletionStage<Map<PartitionId, LeaseView>> peek(List<PartitionId> partitions) {
        return leases.peek(partitions);
    }

    @Override
    public CompletionStage<AutoCloseable> announcements(QueueName queue, AnnouncementListener listener) {
        return leases.announcements(queue, listener);
    }
}
