package io.qbull.engine;

import io.qbull.engine.QueueNode.Consumption;
import io.qbull.engine.QueueNode.Identity;
import io.qbull.lease.LeaseKeeper;
import io.qbull.model.Delivery;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.partition.PartitionPump;
import io.qbull.runtime.EventLoop;
import io.qbull.store.LeaseTable.Acquisition.Granted;
import io.qbull.store.Reachability.Subject;
import io.qbull.store.Store;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stretch of consuming, from start to stop: a pump for each lease. Methods are called on the event loop, except the
 * ones that only look.
 */
final class ConsumerSession {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumerSession.class);

    private final Identity identity;
    private final Consumption consumption;
    private final Store store;
    private final EventLoop loop;
    private final PartitionPump.Crew crew;
    private final RandomGenerator random;
    private final OutageReporter outage;
    private final AbandonedJobs ghosts;
    private final LeaseKeeper keeper;
    private final DeadLetterRetention deadBounds;
    private final Map<PartitionId, Worker> workers = new ConcurrentSkipListMap<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private EventLoop.@Nullable Timer drainLimit;
    private boolean closing;
    /** Nothing is held any more, and the keeper was told to stop. */
    private boolean stopping;
    /** Leases given up whose end Redis has not confirmed yet: a stop waits for them while it may. */
    private int parting;

    /** A lease, its pump, and whether it is about to be given up. */
    private static final class Worker {
        final Lease lease;
        final PartitionPump pump;
        boolean leaving;

        Worker(Lease lease, PartitionPump pump) {
            this.lease = lease;
            this.pump = pump;
        }
    }

    ConsumerSession(
            Identity identity,
            Consumption consumption,
            Layout layout,
            NodeParts parts,
            PartitionPump.Crew crew,
            RandomGenerator random) {
        this.identity = identity;
        this.consumption = consumption;
        this.store = parts.store();
        this.loop = parts.loop();
        this.outage = parts.outage();
        this.ghosts = parts.ghosts();
        this.crew = crew;
        this.deadBounds = new DeadLetterRetention(consumption.dead(), store.deadLetters(), loop, this::owned);
        this.random = random;
        this.keeper = new LeaseKeeper(
                new LeaseKeeper.Domain(identity.queue(), layout.partitions(), identity.pod(), PartitionPump.WINDOW),
                consumption.lease(),
                store,
                loop,
                new LeaseEvents(),
                random);
    }

    void open() {
        ghosts.partitions().forEach(keeper::block);
        keeper.start();
        deadBounds.start();
    }

    /** The job of an earlier stretch has ended on a partition. */
    void ghostEnded(int index) {
        keeper.unblock(index);
    }

    /**
     * Stop order: intake, jobs in flight, their commits, the leases, the registration.
     *
     * @return how many jobs were not waited for
     */
    CompletionStage<Integer> close() {
        if (!closing) {
            closing = true;
            keeper.stopTaking();
            deadBounds.stop();
            drainLimit = loop.schedule(
                    consumption.pump().drainTimeout(),
                    () -> giveUpDraining("after " + consumption.pump().drainTimeout()));
            List.copyOf(workers.values()).forEach(worker -> leave(worker, null));
            closeIfEmpty();
        }
        return closed;
    }

    /** A close that waits for no job. */
    void giveUp() {
        close();
        giveUpDraining("when the stop may wait no longer");
    }

    /** Everything fetched from a primary that is gone and every result not committed there is void: drop it and begin again. */
    void primaryChanged(String old) {
        List<Worker> voided = workers.values().stream()
                .filter(worker -> worker.lease.primary().equals(old))
                .toList();
        if (!voided.isEmpty()) {
            LOG.info(
                    "queue={} Redis restarted or failed over: the leases of partitions {} are void, their jobs are read again",
                    identity.queue(),
                    voided.stream()
                            .map(worker -> worker.lease.partition().index())
                            .toList());
        }
        for (Worker worker : voided) {
            keeper.forget(worker.lease);
            worker.pump.abandon(() -> part(worker, keeper.release(worker.lease)));
        }
    }

    int unfinished() {
        return workers.values().stream()
                .mapToInt(worker -> worker.pump.unfinished())
                .sum();
    }

    List<Delivery> inFlight() {
        return workers.values().stream()
                .map(worker -> worker.pump.inFlight())
                .flatMap(Stream::ofNullable)
                .toList();
    }

    List<PartitionId> owned() {
        return List.copyOf(workers.keySet());
    }

    /** The first partition with jobs that has not moved for {@code stallAfter}, and why; empty if there is none. */
    String stall() {
        for (Worker worker : workers.values()) {
            String standstill = worker.pump.standstill(consumption.stallAfter());
            if (!standstill.isEmpty()) {
                return "partition " + worker.lease.partition() + " " + standstill;
            }
        }
        return "";
    }

    private void leave(Worker worker, @Nullable LeaseOwner to) {
        if (worker.leaving) {
            return;
        }
        worker.leaving = true;
        worker.pump.drain(() -> {
            if (to == null) {
                part(worker, keeper.release(worker.lease));
            } else {
                part(worker, keeper.handOver(worker.lease, to));
            }
        });
    }

    private void part(Worker worker, CompletionStage<Void> told) {
        remove(worker);
        parting++;
        told.whenComplete((done, failure) -> loop.execute(() -> {
            parting--;
            outage.answered(jobs(worker.lease.partition()));
            closeIfEmpty();
        }));
    }

    private void remove(Worker worker) {
        workers.remove(worker.lease.partition(), worker);
    }

    /** Waits for nothing any more, not even for the ends of leases that Redis has not confirmed: they lapse by themselves. */
    private void giveUpDraining(String when) {
        if (closed.isDone()) {
            return;
        }
        int givenUp = inFlight().size();
        if (!workers.isEmpty()) {
            LOG.warn(
                    "queue={} {} {}; partitions {} are left to expire and their jobs run again elsewhere",
                    identity.queue(),
                    givenUp == 0 ? "Redis has not answered" : "jobs still run",
                    when,
                    workers.keySet());
        }
        for (Worker worker : List.copyOf(workers.values())) {
            remove(worker);
            int index = worker.lease.partition().index();
            ghosts.add(index);
            worker.pump.abandon(() -> ghosts.ended(index));
        }
        keeper.stop();
        closed(givenUp);
    }

    private void closeIfEmpty() {
        if (closing && workers.isEmpty() && parting == 0 && !stopping) {
            stopping = true;
            keeper.stop().whenComplete((done, failure) -> closed(0));
        }
    }

    private void closed(int givenUp) {
        if (drainLimit != null) {
            drainLimit.cancel();
        }
        closed.complete(givenUp);
    }

    /** What comes after the close is of no interest. */
    private void unanswered(Subject subject, @Nullable Throwable failure) {
        if (!closed.isDone()) {
            outage.unanswered(subject, failure);
        }
    }

    private static Subject jobs(PartitionId partition) {
        return Subject.jobs(partition.index());
    }

    private static Subject lease(PartitionId partition) {
        return Subject.lease(partition.index());
    }

    /** Among how many entries the pod of the lease before may have started the job over which it died. */
    private static int suspects(Granted granted) {
        return switch (granted.predecessor()) {
            case NONE, RELEASED, HANDED_OVER -> 0;
            case EXPIRED, UNKNOWN -> Math.max(granted.window(), 1);
        };
    }

    private long staying() {
        return workers.values().stream().filter(worker -> !worker.leaving).count();
    }

    /** What the keeper says. */
    private final class LeaseEvents implements LeaseKeeper.Listener {
        @Override
        public void acquired(Granted granted) {
            Lease lease = granted.lease();
            PartitionPump.Means means = new PartitionPump.Means(store, loop, random);
            PartitionPump pump = new PartitionPump(lease, consumption.pump(), means, crew, new PumpEvents());
            workers.put(lease.partition(), new Worker(lease, pump));
            pump.start(suspects(granted));
        }

        @Override
        public void renewed(Lease lease) {
            Worker worker = workers.get(lease.partition());
            if (worker != null && worker.lease.equals(lease)) {
                worker.pump.resume();
            }
        }

        @Override
        public void lost(Lease lease) {
            Worker worker = workers.get(lease.partition());
            if (worker != null && worker.lease.equals(lease)) {
                // In case it is still ours after all, it is free at once; else Redis refuses.
                worker.pump.abandon(() -> part(worker, keeper.release(lease)));
            }
        }

        /** Gives up what it holds beyond its share, nothing else: a wish is no reason to move a partition twice. */
        @Override
        public void wanted(Lease lease, LeaseOwner by) {
            Worker worker = workers.get(lease.partition());
            if (worker == null || worker.leaving) {
                return;
            }
            if (staying() > consumption.lease().partitionsPerPod()) {
                leave(worker, by);
            } else {
                keeper.decline(lease, by);
            }
        }

        @Override
        public int inFlight(Lease lease) {
            Worker worker = workers.get(lease.partition());
            return worker == null || worker.pump.inFlight() == null ? 0 : 1;
        }

        @Override
        public void answered() {
            outage.answered(Subject.QUEUE);
        }

        @Override
        public void unanswered(Throwable failure) {
            ConsumerSession.this.unanswered(Subject.QUEUE, failure);
        }

        @Override
        public void answered(PartitionId partition) {
            outage.answered(lease(partition));
        }

        @Override
        public void unanswered(PartitionId partition, @Nullable Throwable failure) {
            ConsumerSession.this.unanswered(lease(partition), failure);
        }
    }

    /** What the pumps ask and say. */
    private final class PumpEvents implements PartitionPump.Listener {
        @Override
        public boolean trusted(Lease lease) {
            return keeper.trusted(lease);
        }

        @Override
        public void fenced(Lease lease) {
            keeper.fenced(lease);
        }

        @Override
        public void answered(Lease lease) {
            outage.answered(jobs(lease.partition()));
        }

        @Override
        public void unanswered(Lease lease, @Nullable Throwable failure) {
            ConsumerSession.this.unanswered(jobs(lease.partition()), failure);
        }
    }
}
