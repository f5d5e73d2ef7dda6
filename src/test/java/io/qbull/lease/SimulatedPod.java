package io.qbull.lease;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.LeaseSettings;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PodId;
import io.qbull.store.DeadLetters;
import io.qbull.store.DelayedJobs;
import io.qbull.store.DeletionTable;
import io.qbull.store.Examiner;
import io.qbull.store.HeldJobs;
import io.qbull.store.HeldKeyTable;
import io.qbull.store.Inspector;
import io.qbull.store.JobLog;
import io.qbull.store.LayoutTable;
import io.qbull.store.LeaseTable;
import io.qbull.store.LeaseTable.Acquisition.Granted;
import io.qbull.store.PauseTable;
import io.qbull.store.Reachability;
import io.qbull.store.ResizeTable;
import io.qbull.store.SourceTable;
import io.qbull.store.Store;
import io.qbull.store.WakeUps;
import io.qbull.testing.PodLoop;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A pod with a real keeper, virtual time and a simulated network. */
final class SimulatedPod implements LeaseListener, Reachability {
    final PodId id;
    final PodLoop loop;
    final LeaseKeeper keeper;
    private final LeaseDomain domain;
    /** Whatever it competed for so far has a smaller index. */
    private int partitions;
    /** How many leases it has got so far. */
    int taken;

    SimulatedPod(LeaseDomain domain, LeaseSettings settings, PodLoop loop, SimulatedNetwork network, Random random) {
        this.id = domain.pod();
        this.domain = domain;
        this.partitions = domain.partitions();
        this.loop = loop;
        this.keeper = new LeaseKeeper(
                domain, settings, new LeaseContext(new NetworkStore(network), loop, this, random), this);
    }

    @Override
    public void acquired(Granted granted) {
        assertThat(granted.lease().partition().index()).isLessThan(domain.partitions());
        taken++;
    }

    @Override
    public void renewed(Lease lease) {
        assertThat(keeper.owned()).contains(lease);
    }

    @Override
    public void lost(Lease lease) {
        keeper.release(lease, 0);
    }

    /** As the engine does it. */
    @Override
    public void handOverRequested(Lease lease, LeaseOwner by) {
        switch (keeper.answer(by, keeper.owned().size())) {
            case GIVE -> keeper.handOver(lease, by, 0);
            case KEEP -> keeper.reject(lease, by);
            case LATER -> {}
        }
    }

    @Override
    public int inFlight(Lease lease) {
        return 0;
    }

    @Override
    public void answered(Subject subject) {
        assertThat(subject.partition()).isLessThan(partitions);
    }

    @Override
    public void unanswered(Subject subject, @Nullable Throwable failure) {
        assertThat(requireNonNull(failure, "the one server did not answer"))
                .hasRootCauseInstanceOf(IllegalStateException.class);
    }

    @Override
    public String problem() {
        return "";
    }

    /** As the engine does it, when no job runs. */
    void resized(Competition now) {
        partitions = Math.max(partitions, now.partitions());
        keeper.resized(now);
        keeper.owned().stream()
                .filter(lease -> lease.partition().index() >= now.partitions())
                .forEach(lease -> keeper.release(lease, 0));
    }

    @Override
    public String toString() {
        return id + " of " + domain.competition() + " owns " + keeper.owned().size();
    }

    /** As a process that is stopped, once its jobs have ended. */
    void leave() {
        keeper.drain();
        keeper.owned().forEach(lease -> keeper.release(lease, 0));
        keeper.stop();
    }

    private record NetworkStore(LeaseTable leases, LayoutTable layouts) implements Store {
        NetworkStore(SimulatedNetwork network) {
            this(network.port(LeaseTable.class), network.port(LayoutTable.class));
        }

        @Override
        public JobLog jobs() {
            throw new UnsupportedOperationException("a keeper runs no jobs");
        }

        @Override
        public ResizeTable resize() {
            throw new UnsupportedOperationException("a keeper resizes nothing");
        }

        @Override
        public SourceTable sources() {
            throw new UnsupportedOperationException("a keeper reads no files");
        }

        @Override
        public HeldJobs held() {
            throw new UnsupportedOperationException("a keeper runs no jobs");
        }

        @Override
        public DelayedJobs delayed() {
            throw new UnsupportedOperationException("a keeper runs no jobs");
        }

        @Override
        public Examiner examiner() {
            throw new UnsupportedOperationException("a keeper examines nothing");
        }

        @Override
        public Inspector inspector() {
            throw new UnsupportedOperationException("a keeper inspects nothing");
        }

        @Override
        public DeadLetters deadLetters() {
            throw new UnsupportedOperationException("a keeper buries nothing");
        }

        @Override
        public HeldKeyTable heldKeys() {
            throw new UnsupportedOperationException("a keeper holds no keys");
        }

        @Override
        public WakeUps wakeUps() {
            throw new UnsupportedOperationException("a keeper wakes nobody");
        }

        @Override
        public DeletionTable deletions() {
            throw new UnsupportedOperationException("a keeper deletes nothing");
        }

        @Override
        public PauseTable pauses() {
            throw new UnsupportedOperationException("a keeper pauses nothing");
        }

        @Override
        public void onPrimaryChange(Consumer<String> listener) {
            throw new UnsupportedOperationException("there is one primary");
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException("nothing to close");
        }
    }
}
