package io.qbull.ops.resize;

import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.why.OwnerReport;
import io.qbull.model.why.RunningJob;
import io.qbull.resize.Headroom;
import io.qbull.resize.ResizeForecast;
import io.qbull.resize.ResizeForecast.Source;
import io.qbull.resize.ResizeForecast.Speed;
import io.qbull.resize.ResizePlan;
import io.qbull.resize.ResizeProgress;
import io.qbull.resize.ResizeStatus;
import io.qbull.resize.Resizer;
import io.qbull.resize.Resizer.Beginning;
import io.qbull.store.Examiner;
import io.qbull.store.ResizeTable.PartitionState;
import io.qbull.store.Rounds;
import io.qbull.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Resizes queues for people. An empty answer says that there is no such queue. Thread-safe; nothing blocks. */
public final class ResizeAdmin {
    private static final int PARTITIONS_AT_ONCE = 16;

    private final Store store;
    private final Resizer resizer;

    /**
     * @param store an open one
     */
    public ResizeAdmin(Store store) {
        this.store = store;
        this.resizer = new Resizer(store.resize(), new Headroom(store.examiner()));
    }

    /** What would become of a resize. */
    public sealed interface Preview {
        /**
         * It would begin, or go on if it is under way.
         *
         * @param forecast of what is left to do
         */
        record Possible(ResizeForecast forecast) implements Preview {}

        /**
         * It would not begin.
         *
         * @param obstacle why
         */
        record Impossible(Beginning obstacle) implements Preview {}
    }

    /**
     * How a resize goes.
     *
     * @param status after all that could be done
     * @param waiting what it waits for; none when it is over
     * @param pods number of living pods that consume the queue
     */
    public record Following(ResizeStatus status, List<Waiting> waiting, int pods) {
        /** Copies the list. */
        public Following {
            waiting = List.copyOf(waiting);
        }
    }

    /**
     * An old partition that has not moved.
     *
     * @param partition its index
     * @param owner the pod that moves it; empty if it has none
     * @param job a job that has been running for a while and whose key leaves; null if there is none
     */
    public record Waiting(
            int partition, String owner, @Nullable RunningJob job) {}

    /**
     * @param queue the queue
     * @param partitions number of partitions that it is to have
     * @return what would become of that; fails with a {@link io.qbull.store.StoreException}
     * @throws IllegalArgumentException if the number is out of range
     */
    public CompletionStage<Optional<Preview>> preview(QueueName queue, int partitions) {
        Layout.check(partitions);
        return ifExists(
                queue,
                () -> resizer.status(queue).thenCompose(status -> {
                    ResizeProgress progress = status.progress();
                    if (progress != null && progress.plan().resize().to() == partitions) {
                        return forecast(queue, status, progress.plan(), List.copyOf(status.unmoved()));
                    }
                    return resizer.obstacle(queue, status, partitions).thenCompose(obstacle -> {
                        if (obstacle.isPresent()) {
                            return CompletableFuture.completedStage(new Preview.Impossible(obstacle.get()));
                        }
                        ResizePlan plan = ResizePlan.of(status.current(), partitions);
                        return forecast(queue, status, plan, plan.old().boxed().toList());
                    });
                }));
    }

    /**
     * @param queue the queue
     * @param partitions number of partitions that it is to have
     * @return what became of it; fails with a {@link io.qbull.store.StoreException}
     * @throws IllegalArgumentException if the number is out of range
     */
    public CompletionStage<Optional<Beginning>> begin(QueueName queue, int partitions) {
        Layout.check(partitions);
        return ifExists(queue, () -> resizer.begin(queue, partitions));
    }

    /**
     * @param queue the queue
     * @return its layouts and partitions; nothing is changed; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<Optional<ResizeStatus>> status(QueueName queue) {
        return ifExists(queue, () -> resizer.status(queue));
    }

    /**
     * @param queue a queue that exists
     * @return the status if a resize is under way; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<Optional<ResizeStatus>> underWay(QueueName queue) {
        return resizer.underWay(queue);
    }

    /**
     * Does what can be done for the resize that is under way. When it is over, the dead letters follow their keys.
     *
     * @param queue a queue that exists
     * @return how it goes; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<Following> follow(QueueName queue) {
        return resizer.advance(queue).thenCompose(status -> {
            ResizeProgress progress = status.progress();
            if (progress == null) {
                return store.deadLetters().settle(queue).thenApply(settled -> new Following(status, List.of(), 0));
            }
            return waiting(
                            queue,
                            progress.plan(),
                            status.unmoved().stream().sorted().toList())
                    .thenCombine(living(queue), (waiting, pods) -> new Following(status, waiting, pods));
        });
    }

    private <T> CompletionStage<Optional<T>> ifExists(QueueName queue, Supplier<CompletionStage<T>> ask) {
        return store.inspector()
                .queues()
                .thenCompose(queues -> queues.contains(queue)
                        ? ask.get().thenApply(Optional::of)
                        : CompletableFuture.completedStage(Optional.empty()));
    }

    private CompletionStage<Preview> forecast(
            QueueName queue, ResizeStatus status, ResizePlan plan, List<Integer> partitions) {
        List<PartitionState> states =
                partitions.stream().map(status.partitions()::get).toList();
        return waiting(queue, plan, partitions)
                .thenCombine(
                        store.resize().bytes(queue, states),
                        (all, bytes) -> IntStream.range(0, all.size())
                                .mapToObj(i -> source(all.get(i), states.get(i).jobs(), bytes.get(i)))
                                .toList())
                .thenApply(sources -> new Preview.Possible(new ResizeForecast(plan, sources, Speed.MEASURED)));
    }

    private static Source source(Waiting from, long jobs, long bytes) {
        RunningJob job = from.job();
        return new Source(from.partition(), from.owner(), jobs, bytes, job == null ? Duration.ZERO : job.ran());
    }

    private CompletionStage<List<Waiting>> waiting(QueueName queue, ResizePlan plan, List<Integer> partitions) {
        return store.layouts().keyHash(queue).thenCompose(recorded -> {
            KeyHash hash = recorded.orElse(KeyHash.XXH64);
            Function<Examiner.Partition, Waiting> form = read -> waiting(read, plan, hash);
            return Rounds.of(
                    PARTITIONS_AT_ONCE,
                    partitions,
                    index -> store.examiner()
                            .partition(new PartitionId(queue, index))
                            .thenApply(form));
        });
    }

    private static Waiting waiting(Examiner.Partition read, ResizePlan plan, KeyHash hash) {
        Examiner.Lease lease = read.lease();
        String owner = lease.owner();
        OwnerReport report = lease.report();
        RunningJob job = report == null || report.kind() != OwnerReport.Kind.JOB ? null : report.job();
        boolean leaves =
                job != null && plan.leaves(hash.hash(job.key()), read.id().index());
        return new Waiting(read.id().index(), lease.alive() && owner != null ? owner : "", leaves ? job : null);
    }

    private CompletionStage<Integer> living(QueueName queue) {
        return store.examiner().pods(queue).thenApply(found -> (int) found.pods().stream()
                .filter(pod -> pod.staleAtMillis() > found.nowMillis())
                .count());
    }
}
