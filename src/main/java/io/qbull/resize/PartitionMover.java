package io.qbull.resize;

import io.qbull.model.KeyHash;
import io.qbull.model.Lease;
import io.qbull.model.PartitionId;
import io.qbull.model.Position;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.resize.MoveCommand.Copy;
import io.qbull.resize.MoveCommand.ReadPage;
import io.qbull.resize.PartitionMove.Phase;
import io.qbull.runtime.EventLoop;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.MovedItem;
import io.qbull.store.Reachability;
import io.qbull.store.Reachability.Subject;
import io.qbull.store.ResizeTable;
import io.qbull.store.ResizeTable.Copying;
import io.qbull.store.ResizeTable.Moved;
import io.qbull.store.ResizeTable.PageBounds;
import io.qbull.store.ResizeTable.PageRead;
import io.qbull.store.ResizeTable.PartitionState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves what leaves a partition, under one lease: sends what a {@link PartitionMove} decides, each command again until it is answered.
 * Whoever begins it makes sure that nothing is under way any more for keys that leave, and that nothing starts. It may be ended at any
 * time: the next owner begins anew. On the event loop.
 */
public final class PartitionMover {
    private static final Duration RETRY = Duration.ofMillis(100);
    /** A page is in memory here and, while it is copied, in the reply and the commands of the store; other partitions move beside it. */
    private static final PageBounds PAGE = new PageBounds(ResizeTable.MOST_MOVED, 1 << 20);

    private final Lease lease;
    private final ResizePlan plan;
    private final KeyHash keyHash;
    private final ResizeTable table;
    private final EventLoop loop;
    private final Reachability reachability;
    private final Subject subject;
    private final Listener listener;
    /** Null until the segments of the partition are known. */
    private @Nullable PartitionMove<MovedItem> move;

    private boolean ended;

    /** What a mover tells, on the event loop. */
    public interface Listener {
        /** Jobs have left the partition, or some were read that stay. */
        void progressed();

        /** Nothing leaves the partition any more, and that is on record. */
        void moved();

        /**
         * Redis refused a command: the lease has ended, or the move was finished without this owner. All that is known about the partition
         * is to be dropped, and the lease to be checked.
         */
        void refused();
    }

    /**
     * @param lease under which the partition is owned
     * @param plan the resize for which it is sealed
     * @param keyHash the hash of the queue's keys
     * @param table carries out the commands
     * @param loop runs what follows their answers
     * @param reachability hears whether they are answered
     * @param listener is told what becomes of the move
     */
    public PartitionMover(
            Lease lease,
            ResizePlan plan,
            KeyHash keyHash,
            ResizeTable table,
            EventLoop loop,
            Reachability reachability,
            Listener listener) {
        this.lease = lease;
        this.plan = plan;
        this.keyHash = keyHash;
        this.table = table;
        this.loop = loop;
        this.reachability = reachability;
        this.subject = Subject.jobs(lease.partition().index());
        this.listener = listener;
    }

    /** Begins to move; to be called once. */
    public void start() {
        PartitionId partition = lease.partition();
        // No segment of an earlier version can be added while this resize is under way, so this needs no fence.
        perform(
                () -> table.states(partition.queue(), partition.index(), partition.index() + 1),
                states -> begin(states.get(0)));
    }

    /** Sends nothing more and ignores all answers. What is on its way may still be carried out, as for any owner that is gone. */
    public void end() {
        ended = true;
    }

    private void begin(PartitionState state) {
        if (state.stage().moved() >= plan.version()) {
            end();
            listener.moved();
            return;
        }
        List<Segment> segments = List.copyOf(state.segments().keySet());
        PartitionMove<MovedItem> first =
                PartitionMove.of(plan, lease.partition().index(), segments);
        follow(first, first.begin(LeavingWork.NONE));
    }

    private void follow(PartitionMove<MovedItem> before, PartitionMove<MovedItem> next) {
        move = next;
        if (next.phase() == Phase.MOVED) {
            end();
            listener.moved();
        } else if (next.phase() == Phase.STALE) {
            end();
            listener.refused();
        } else {
            List<MoveCommand<MovedItem>> underWay = before.commands();
            next.commands().stream()
                    .filter(command -> !underWay.contains(command))
                    .forEach(command -> send(next, command));
        }
    }

    private void send(PartitionMove<MovedItem> now, MoveCommand<MovedItem> command) {
        if (command instanceof ReadPage<MovedItem> page) {
            List<MovedItem> copied = contents(now.page());
            Position after = page.after();
            command(
                    () -> table.page(lease, plan.version(), page.part(), after, PAGE, copied),
                    (known, answer) -> read(known, page, answer));
        } else if (command instanceof Copy<MovedItem> copy) {
            PartitionId target = new PartitionId(lease.partition().queue(), copy.target());
            Segment segment = new Segment(plan.version(), lease.partition().index());
            List<MovedItem> items = contents(copy.entries());
            command(
                    () -> table.copy(target, segment, items),
                    (known, answer) -> answer == Copying.COPIED ? known.copied(copy) : known.refused());
        } else {
            // When the jobs have moved nobody asks for more about them here.
            pass(
                    StreamId.START,
                    () -> command(
                            () -> table.moved(lease, plan.resize()),
                            (known, answer) -> answer == Moved.DONE ? known.told() : known.refused()));
        }
    }

    /** Passes on what people ask about held jobs that have moved. The owner removes it here when the move is over. */
    private void pass(StreamId after, Runnable then) {
        PartitionId partition = lease.partition();
        perform(() -> table.requests(partition, after), requests -> {
            if (requests.isEmpty()) {
                then.run();
                return;
            }
            StreamId last = requests.get(requests.size() - 1).id();
            Map<Integer, List<Instruction>> targets = new TreeMap<>();
            for (Instruction request : requests) {
                long hash = keyHash.hash(request.key());
                boolean passes = !request.note() && !request.place().isEmpty();
                if (passes && plan.leaves(hash, partition.index())) {
                    targets.computeIfAbsent(plan.target(hash), index -> new ArrayList<>())
                            .add(request);
                }
            }
            pass(new ArrayDeque<>(targets.entrySet()), () -> pass(last, then));
        });
    }

    private void pass(Deque<Map.Entry<Integer, List<Instruction>>> targets, Runnable then) {
        Map.Entry<Integer, List<Instruction>> first = targets.poll();
        if (first == null) {
            then.run();
            return;
        }
        PartitionId target = new PartitionId(lease.partition().queue(), first.getKey());
        Segment segment = new Segment(plan.version(), lease.partition().index());
        perform(
                () -> table.pass(target, segment, first.getValue()).thenApply(done -> true),
                done -> pass(targets, then));
    }

    private PartitionMove<MovedItem> read(
            PartitionMove<MovedItem> known, ReadPage<MovedItem> command, PageRead answer) {
        if (answer instanceof PageRead.Page page) {
            listener.progressed();
            return known.read(command, page.items().stream().map(this::entry).toList());
        }
        return known.refused();
    }

    private LogEntry<MovedItem> entry(MovedItem item) {
        String key = item.key();
        return new LogEntry<>(item.position(), key == null ? null : (Long) keyHash.hash(key), item);
    }

    private static List<MovedItem> contents(List<LogEntry<MovedItem>> entries) {
        return entries.stream().map(LogEntry::content).toList();
    }

    /** What follows from an answer. */
    @FunctionalInterface
    private interface Consequence<T> {
        PartitionMove<MovedItem> of(PartitionMove<MovedItem> known, T answer);
    }

    private <T> void command(Supplier<CompletionStage<T>> command, Consequence<T> consequence) {
        perform(command, answer -> {
            PartitionMove<MovedItem> known = move;
            if (known != null) {
                follow(known, consequence.of(known, answer));
            }
        });
    }

    private <T> void perform(Supplier<CompletionStage<T>> command, Consumer<T> done) {
        if (ended) {
            return;
        }
        send(command)
                .whenComplete((answer, failure) -> loop.execute(() -> {
                    if (ended) {
                        return;
                    }
                    if (answer == null) {
                        reachability.unanswered(subject, failure);
                        loop.schedule(RETRY, () -> perform(command, done));
                    } else {
                        reachability.answered(subject);
                        done.accept(answer);
                    }
                }));
    }

    /** A command that cannot even be sent, for example because there is no memory for it, is one without an answer. */
    private static <T> CompletionStage<T> send(Supplier<CompletionStage<T>> command) {
        try {
            return command.get();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
