package io.qbull.engine;

import io.qbull.model.Delivery;
import io.qbull.model.Lease;
import io.qbull.model.PartitionId;
import io.qbull.model.why.OwnerReport;
import io.qbull.model.why.Standstill;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The partitions that a session works on. Changed on the event loop; read from any thread. */
final class OwnedPartitions {
    private final Map<PartitionId, OwnedPartition> partitions = new ConcurrentSkipListMap<>();

    void add(OwnedPartition partition) {
        partitions.put(partition.lease().partition(), partition);
    }

    void remove(OwnedPartition partition) {
        partitions.remove(partition.lease().partition(), partition);
    }

    /**
     * @param lease a lease, perhaps one that has ended
     * @return the partition that is worked on under this very lease; null if none is
     */
    @Nullable
    OwnedPartition under(Lease lease) {
        OwnedPartition found = partitions.get(lease.partition());
        return found != null && found.lease().equals(lease) ? found : null;
    }

    /**
     * @param primary a Redis primary
     * @return the partitions whose leases it granted
     */
    List<OwnedPartition> grantedBy(String primary) {
        return partitions.values().stream()
                .filter(partition -> partition.lease().primary().equals(primary))
                .toList();
    }

    boolean contains(PartitionId partition) {
        return partitions.containsKey(partition);
    }

    List<OwnedPartition> all() {
        return List.copyOf(partitions.values());
    }

    List<PartitionId> ids() {
        return List.copyOf(partitions.keySet());
    }

    boolean isEmpty() {
        return partitions.isEmpty();
    }

    /** On the event loop. */
    long staying() {
        return partitions.values().stream()
                .filter(partition -> !partition.leaving())
                .count();
    }

    /**
     * @return jobs that run or wait for their commit
     */
    int unfinished() {
        return partitions.values().stream()
                .mapToInt(partition -> partition.pump().unfinished())
                .sum();
    }

    /**
     * @return jobs that run
     */
    List<Delivery> inFlight() {
        return partitions.values().stream()
                .flatMap(partition -> partition.pump().inFlight().stream())
                .toList();
    }

    /**
     * @param limit how long a partition with jobs may stand still
     * @return each partition that has stood still for longer, or one of whose jobs has run for longer
     */
    List<Standstill> standstills(Duration limit) {
        List<Standstill> standstills = new ArrayList<>();
        for (OwnedPartition partition : partitions.values()) {
            OwnerReport report = partition.pump().standstill(limit);
            if (report != null) {
                standstills.add(Standstill.of(partition.lease(), report));
            }
        }
        return standstills;
    }
}
