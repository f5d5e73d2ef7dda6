package io.qbull.engine;

import io.qbull.engine.QueueNode.Identity;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Resize;
import io.qbull.partition.KeyHomes;
import io.qbull.resize.PartitionMover;
import io.qbull.resize.ResizePlan;
import io.qbull.runtime.EventLoop;
import io.qbull.store.Reachability;
import io.qbull.store.Reachability.Subject;
import io.qbull.store.ResizeTable;
import io.qbull.store.ResizeTable.LayoutState;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Joins the pumps of a session with what moves when the queue is resized: tells a pump of a sealed partition which keys leave, and has
 * them moved as soon as the pump does not touch them any more. Tells the others where keys belong. On the event loop.
 */
final class PartitionMoves {
    private static final Duration RETRY = Duration.ofMillis(100);

    private final Identity identity;
    private final ResizeTable table;
    private final EventLoop loop;
    private final Reachability reachability;
    private final Events events;
    private final Map<OwnedPartition, Departure> departures = new HashMap<>();
    /** Partitions whose pumps ask where keys belong. */
    private final Map<OwnedPartition, Question> questions = new HashMap<>();
    /** The resize that was read last; null before the first. */
    private @Nullable ResizePlan newest;
    /** Index behind the last partition that any layout has which was read. */
    private int reach;

    private boolean reading;

    /** What becomes of a move. */
    interface Events {
        /** Nothing leaves a partition any more. */
        void moved(OwnedPartition partition);

        /** Redis refused to go on: all that is known of a partition is out of date. */
        void refused(OwnedPartition partition);
    }

    /** The keys that leave one partition. */
    private static final class Departure {
        final int version;
        /** Null until the resize is known. */
        @Nullable
        ResizePlan plan;
        /** Null until nothing is under way for the keys, and where none leave. */
        @Nullable
        PartitionMover mover;

        Departure(int version) {
            this.version = version;
        }
    }

    /** Where the keys of one partition belong. */
    private static final class Question {
        final int version;
        /** What is read from now on is new enough to answer it. */
        boolean sent;

        Question(int version) {
            this.version = version;
        }
    }

    /**
     * @param node has the queue
     * @param reachability hears whether Redis answers
     * @param events is told what becomes of moves
     */
    PartitionMoves(NodeParts node, Reachability reachability, Events events) {
        this.identity = node.identity();
        this.table = node.store().resize();
        this.loop = node.loop();
        this.reachability = reachability;
        this.events = events;
    }

    /** The pump of a partition asks which keys leave for a version. */
    void sealed(OwnedPartition partition, int version) {
        end(partition);
        departures.put(partition, new Departure(version));
        if (newest != null && newest.version() == version) {
            loop.execute(this::answer);
        } else {
            read();
        }
    }

    /** The pump of a partition asks where keys belong while the jobs of a version run. */
    void settled(OwnedPartition partition, int version) {
        questions.put(partition, new Question(version));
        read();
    }

    /** The pump of a partition does not touch keys that leave any more. */
    void cleared(OwnedPartition partition) {
        Departure departure = departures.get(partition);
        ResizePlan plan = departure == null ? null : departure.plan;
        if (departure != null && plan != null && plan.isOld(partition.index())) {
            PartitionMover mover = new PartitionMover(
                    partition.lease(), plan, identity.keyHash(), table, loop, reachability, new Progress(partition));
            departure.mover = mover;
            mover.start();
        }
    }

    /** The partition is not this session's any more. The next owner begins anew. */
    void end(OwnedPartition partition) {
        questions.remove(partition);
        Departure departure = departures.remove(partition);
        if (departure != null && departure.mover != null) {
            departure.mover.end();
        }
    }

    private void read() {
        if (!reading) {
            reading = true;
            questions.values().forEach(question -> question.sent = true);
            table.state(identity.queue())
                    .whenComplete((state, failure) -> loop.execute(() -> {
                        reading = false;
                        if (state == null) {
                            reachability.unanswered(Subject.QUEUE, failure);
                        } else {
                            reachability.answered(Subject.QUEUE);
                            find(state);
                            answer();
                            place(state);
                        }
                        if (!questions.isEmpty()
                                || departures.values().stream().anyMatch(departure -> departure.plan == null)) {
                            loop.schedule(RETRY, this::read);
                        }
                    }));
        }
    }

    private void find(LayoutState state) {
        reach = layouts(state).mapToInt(Layout::partitions).max().orElse(0);
        departures.values().stream()
                .filter(departure -> departure.plan == null)
                .map(departure -> plan(state, departure.version))
                .filter(plan -> plan != null)
                .forEach(plan -> newest = plan);
    }

    private void answer() {
        ResizePlan plan = newest;
        // A pump that learns this may end at once.
        new HashMap<>(departures).forEach((partition, departure) -> {
            if (plan != null && departure.plan == null && departure.version == plan.version()) {
                departure.plan = plan;
                KeyHash hash = identity.keyHash();
                Layout before = plan.resize().before();
                partition
                        .pump()
                        .depart(
                                plan.version(),
                                key -> plan.leaves(hash.hash(key), partition.index()),
                                before.version() == 1 ? null : homes(before),
                                homes(plan.resize().after()));
            }
        });
    }

    private KeyHomes homes(Layout layout) {
        return new KeyHomes(layout.version(), reach, key -> layout.indexOf(identity.keyHash(), key));
    }

    private void place(LayoutState state) {
        Layout current = state.current();
        new HashMap<>(questions).forEach((partition, question) -> {
            int index = partition.index();
            if (!question.sent) {
                return;
            }
            // A partition that knows no version retired long ago.
            boolean outdated = question.version > 0 && current.version() > question.version;
            if (outdated && takesPart(state, index)) {
                // It is sealed for another layout by now, which its pump has not seen.
                partition.pump().look();
                return;
            }
            questions.remove(partition, question);
            // By the first layout all runs where it is, and so it does if nobody knows the layout that was lost.
            boolean all = current.version() == 1 || current.version() < question.version;
            partition.pump().settle(all ? new KeyHomes(question.version, reach, key -> index) : homes(current));
        });
    }

    /** Whether a partition is sealed or open for the current layout. */
    private static boolean takesPart(LayoutState state, int index) {
        Layout current = state.current();
        Layout before = layout(state, current.version() - 1);
        return index < current.partitions() || (before != null && index < before.partitions());
    }

    /** The resize to a version, which is under way or whose layout is current; null if it is not to be found. */
    private static @Nullable ResizePlan plan(LayoutState state, int version) {
        Resize running = state.resize();
        if (running != null && running.version() == version) {
            return new ResizePlan(running);
        }
        Layout before = layout(state, version - 1);
        Layout after = layout(state, version);
        return before == null || after == null || before.partitions() == after.partitions()
                ? null
                : new ResizePlan(new Resize(version, before.partitions(), after.partitions()));
    }

    private static @Nullable Layout layout(LayoutState state, int version) {
        return layouts(state)
                .filter(layout -> layout.version() == version)
                .findFirst()
                .orElse(null);
    }

    private static Stream<Layout> layouts(LayoutState state) {
        Resize resize = state.resize();
        return Stream.concat(
                Stream.concat(Stream.of(state.current()), Stream.ofNullable(resize == null ? null : resize.after())),
                state.earlier().stream().map(ResizeTable.Earlier::layout));
    }

    /** What the mover of a partition tells. */
    private final class Progress implements PartitionMover.Listener {
        private final OwnedPartition partition;

        Progress(OwnedPartition partition) {
            this.partition = partition;
        }

        @Override
        public void progressed() {
            partition.pump().departing();
        }

        @Override
        public void moved() {
            partition.pump().departed();
            events.moved(partition);
        }

        @Override
        public void refused() {
            events.refused(partition);
        }
    }
}
