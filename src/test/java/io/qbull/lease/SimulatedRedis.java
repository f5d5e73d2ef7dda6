package io.qbull.lease;

import io.qbull.model.Capacity;
import io.qbull.model.Epoch;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LayoutTable.LivingPod;
import io.qbull.store.LayoutTable.PodsView;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.LeaseTable.LeaseView;
import io.qbull.store.LeaseTable.Predecessor;
import io.qbull.store.LeaseTable.Renewal;
import io.qbull.store.LeaseTable.RenewalRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The lease scripts as a model: what they answer, in virtual time. The scripts themselves are tested against a real server; this
 * is for the keeper's protocol under delays and losses.
 */
final class SimulatedRedis {
    private final LongSupplier clockMillis;
    private final Map<PartitionId, Row> leases = new HashMap<>();
    private final Map<PodId, Registered> pods = new TreeMap<>();

    private record Registered(Capacity capacity, long seen) {}

    SimulatedRedis(LongSupplier clockMillis) {
        this.clockMillis = clockMillis;
    }

    private static final class Row {
        @Nullable
        LeaseOwner owner;

        long epoch;
        long expires;
        long ttl;

        @Nullable
        LeaseOwner wanted;
    }

    Acquisition acquire(PartitionId partition, LeaseOwner owner, Duration ttl) {
        Row lease = lease(partition);
        cut(lease);
        boolean mine = owner.equals(lease.owner);
        if (mine && lease.expires == 0) {
            return new Acquisition.Spent();
        }
        if (!mine && lease.expires > now()) {
            return new Acquisition.Owned(sight(partition));
        }
        if (lease.expires <= now()) {
            lease.epoch++;
            lease.wanted = null;
        }
        Predecessor before = lease.owner == null ? Predecessor.NONE : Predecessor.EXPIRED;
        lease.owner = owner;
        lease.expires = now() + ttl.toMillis();
        lease.ttl = ttl.toMillis();
        return new Acquisition.Granted(new Lease(partition, owner, new Epoch(lease.epoch), "p"), before, 0);
    }

    Map<Lease, Renewal> renew(List<RenewalRequest> requests, Duration ttl) {
        Map<Lease, Renewal> answers = new HashMap<>();
        for (RenewalRequest request : requests) {
            Row lease = lease(request.lease().partition());
            if (owns(lease, request.lease()) && lease.expires != 0) {
                lease.expires = now() + ttl.toMillis();
                lease.ttl = ttl.toMillis();
                if (request.rejected() != null && request.rejected().equals(lease.wanted)) {
                    lease.wanted = null;
                }
                answers.put(request.lease(), new Renewal.Renewed(lease.wanted));
            } else {
                answers.put(request.lease(), new Renewal.Lost());
            }
        }
        return answers;
    }

    Verdict release(Lease lease) {
        Row record = lease(lease.partition());
        if (!owns(record, lease)) {
            return Verdict.FENCED;
        }
        record.expires = 0;
        return Verdict.DONE;
    }

    Verdict handOver(Lease lease, LeaseOwner to, Duration ttl) {
        Row record = lease(lease.partition());
        if (!owns(record, lease) || record.expires == 0 || !to.equals(record.wanted)) {
            return Verdict.FENCED;
        }
        record.owner = to;
        record.epoch++;
        record.expires = now() + ttl.toMillis();
        record.ttl = ttl.toMillis();
        record.wanted = null;
        return Verdict.DONE;
    }

    boolean requestHandOver(PartitionId partition, LeaseOwner by) {
        Row record = lease(partition);
        if (record.owner == null || record.expires <= now() || (record.wanted != null && !by.equals(record.wanted))) {
            return false;
        }
        record.wanted = by;
        return true;
    }

    Map<PartitionId, LeaseView> peek(List<PartitionId> partitions) {
        Map<PartitionId, LeaseView> sights = new HashMap<>();
        partitions.forEach(partition -> sights.put(partition, sight(partition)));
        return sights;
    }

    PodsView register(PodId pod, Capacity capacity, Duration staleAfter, PodsView known) {
        pods.replaceAll((id, other) -> new Registered(other.capacity(), Math.min(other.seen(), now())));
        pods.values().removeIf(other -> other.seen() + staleAfter.toMillis() < now());
        pods.put(pod, new Registered(capacity, now()));
        List<LivingPod> living = pods.entrySet().stream()
                .map(each -> new LivingPod(each.getKey(), each.getValue().capacity()))
                .toList();
        String version = living.toString();
        return version.equals(known.version()) ? known : new PodsView(version, living, "", "");
    }

    void unregister(PodId pod) {
        pods.remove(pod);
    }

    LeaseView sight(PartitionId partition) {
        Row lease = lease(partition);
        cut(lease);
        if (lease.owner == null) {
            return new LeaseView(null, null, Duration.ZERO, false, null);
        }
        Duration remaining = Duration.ofMillis(Math.max(0, lease.expires - now()));
        return new LeaseView(lease.owner, new Epoch(lease.epoch), remaining, lease.expires == 0, lease.wanted);
    }

    /** An expiry that lies further ahead than the TTL was written before the clock went back. */
    private void cut(Row lease) {
        lease.expires = Math.min(lease.expires, now() + lease.ttl);
    }

    private Row lease(PartitionId partition) {
        return leases.computeIfAbsent(partition, unknown -> new Row());
    }

    private static boolean owns(Row record, Lease lease) {
        return lease.owner().equals(record.owner) && lease.epoch().value() == record.epoch;
    }

    private long now() {
        return clockMillis.getAsLong();
    }
}
