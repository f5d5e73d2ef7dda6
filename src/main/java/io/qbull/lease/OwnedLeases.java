package io.qbull.lease;

import io.qbull.model.Lease;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The leases that this pod owns, by partition. Changed on the event loop; read by workers that ask whether a lease is trusted. */
final class OwnedLeases {
    private final Map<Integer, OwnedLease> leases = new ConcurrentSkipListMap<>();

    void add(OwnedLease lease) {
        leases.put(lease.index(), lease);
    }

    /**
     * @return true if this pod owned it until now
     */
    boolean remove(Lease lease) {
        OwnedLease owned = find(lease);
        return owned != null && leases.remove(owned.index(), owned);
    }

    /**
     * @return null if this pod does not own exactly this lease, even if it owns another one on the same partition
     */
    @Nullable
    OwnedLease find(Lease lease) {
        OwnedLease owned = leases.get(lease.partition().index());
        return owned != null && owned.lease().equals(lease) ? owned : null;
    }

    boolean contains(int index) {
        return leases.containsKey(index);
    }

    int size() {
        return leases.size();
    }

    List<Integer> partitions() {
        return List.copyOf(leases.keySet());
    }

    List<OwnedLease> all() {
        return List.copyOf(leases.values());
    }
}
