package io.qbull.testing;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.store.LeaseTable.Acquisition.Granted;
import io.qbull.store.ResizeTable.Moved;
import io.qbull.store.Store;
import java.time.Duration;
import java.util.stream.IntStream;

/** Takes the part of the owners of partitions in a resize, if these have no jobs. */
public final class StubMover {
    private static final LeaseOwner OWNER = new LeaseOwner(new PodId("stub"), "n");

    private final Store store;
    private final QueueName queue;

    /**
     * @param store an open one
     * @param queue the queue
     */
    public StubMover(Store store, QueueName queue) {
        this.store = store;
        this.queue = queue;
    }

    /**
     * Says that a partition has moved.
     *
     * @param resize the resize
     * @param partition its index
     */
    public void move(Resize resize, int partition) {
        PartitionId id = new PartitionId(queue, partition);
        if (get(store.leases().acquire(id, OWNER, Duration.ofMinutes(1), 1)) instanceof Granted granted) {
            assertThat(get(store.resize().moved(granted.lease(), resize))).isEqualTo(Moved.DONE);
        } else {
            throw new AssertionError(id + " has another owner");
        }
    }

    /**
     * Says that all have moved.
     *
     * @param resize the resize
     */
    public void moveAll(Resize resize) {
        IntStream.range(0, resize.from()).forEach(partition -> move(resize, partition));
    }
}
