package io.qbull.resize;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.EntryId;
import io.qbull.model.Epoch;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.LogPart;
import io.qbull.model.PartitionId;
import io.qbull.model.PartitionStage;
import io.qbull.model.PodId;
import io.qbull.model.Position;
import io.qbull.model.QueueName;
import io.qbull.model.SealState;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.MovedItem;
import io.qbull.store.Reachability;
import io.qbull.store.ResizeTable.Copying;
import io.qbull.store.ResizeTable.Moved;
import io.qbull.store.ResizeTable.PageBounds;
import io.qbull.store.ResizeTable.PageRead;
import io.qbull.store.ResizeTable.PartitionState;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.ScriptedStore;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The owner of partition 0 moves what leaves it in a resize from one partition to three. */
class PartitionMoverTest {
    private static final ResizePlan PLAN = ResizePlan.of(new Layout(2, 1), 3);
    private static final Lease LEASE = new Lease(
            new PartitionId(new QueueName("Q"), 0), new LeaseOwner(new PodId("pod"), "n1"), new Epoch(7), "primary");
    private static final Duration RETRY = Duration.ofMillis(100);

    private final ManualEventLoop loop = new ManualEventLoop();
    private final ScriptedStore store = new ScriptedStore();
    private final List<String> told = new ArrayList<>();
    private final PartitionMover mover =
            new PartitionMover(LEASE, PLAN, KeyHash.XXH64, store.resize(), loop, new Told(), new Recorder());

    private final class Recorder implements PartitionMover.Listener {
        @Override
        public void progressed() {}

        @Override
        public void moved() {
            told.add("moved");
        }

        @Override
        public void refused() {
            told.add("refused");
        }
    }

    private final class Told implements Reachability {
        @Override
        public void answered(Subject subject) {
            assertThat(subject).isEqualTo(Subject.jobs(0));
        }

        @Override
        public void unanswered(Subject subject, @Nullable Throwable failure) {
            assertThat(subject).isEqualTo(Subject.jobs(0));
            told.add("unanswered");
        }

        @Override
        public String problem() {
            return "";
        }
    }

    @Test
    void all_that_leaves_is_copied_to_its_partition_then_deleted_and_the_end_is_told() {
        start(new Segment(2, 4), new Segment(3, 1));
        MovedItem stays = item(LogPart.HELD, 1, keyOf(0));
        MovedItem leaves = item(LogPart.HELD, 2, keyOf(1));
        MovedItem alsoLeaves = item(LogPart.HELD, 3, keyOf(2));
        MovedItem unknown = item(LogPart.HELD, 4, null);

        answerPage(LogPart.DELAYED, null, List.of());
        answerPage(LogPart.HELD, null, List.of(), stays, leaves, alsoLeaves, unknown);
        Call one = store.next("copy");
        Call other = store.next("copy");
        assertCopy(one, 1, leaves);
        assertCopy(other, 2, alsoLeaves);
        answer(other, Copying.COPIED);
        assertThat(store.waiting()).isEmpty();
        answer(one, Copying.COPIED);
        answerPage(LogPart.HELD, unknown.position(), List.of(leaves, alsoLeaves));
        answerPage(LogPart.of(new Segment(2, 4)), null, List.of());
        answerPage(LogPart.STREAM, null, List.of());
        assertThat(told).isEmpty();
        Instruction first = request(1, "retry", keyOf(1), "place");
        List<Instruction> some = List.of(
                first,
                request(2, "drop", keyOf(0), "stays"),
                request(3, "drop", keyOf(1), ""),
                request(4, Instruction.STAGED, "", ""),
                request(5, "drop", keyOf(2), "other"));
        answerRequests(StreamId.START, some);
        assertPassed(1, List.of(first));
        assertPassed(2, List.of(some.get(4)));
        Instruction last = request(6, "drop", keyOf(2), "last");
        answerRequests(new StreamId(5, 0), List.of(last));
        assertThat(store.waiting()).as("before that is answered").doesNotContain("moved");
        assertPassed(2, List.of(last));
        answerRequests(last.id(), List.of());
        Call end = store.next("moved");
        assertThat(end.argument(0, Lease.class)).isEqualTo(LEASE);
        assertThat(end.argument(1, Object.class)).isEqualTo(PLAN.resize());
        answer(end, Moved.DONE);
        assertThat(told).containsExactly("moved");
    }

    @Test
    void a_command_without_an_answer_is_repeated_as_it_is() {
        start();
        MovedItem leaves = item(LogPart.DELAYED, 2, keyOf(1));
        lose("page");
        answerPage(LogPart.DELAYED, null, List.of(), leaves);
        lose("copy");
        Call copy = store.next("copy");
        assertCopy(copy, 1, leaves);
        assertThat(store.waiting()).isEmpty();
        answer(copy, Copying.COPIED);
        lose("page");
        answerPage(LogPart.DELAYED, leaves.position(), List.of(leaves));
        answerPage(LogPart.HELD, null, List.of());
        answerPage(LogPart.STREAM, null, List.of());
        lose("requests");
        answerRequests(StreamId.START, List.of());
        lose("moved");
        answer(store.next("moved"), Moved.DONE);
        assertThat(told).containsExactly("unanswered", "unanswered", "unanswered", "unanswered", "unanswered", "moved");
    }

    @Test
    void a_command_that_cannot_be_sent_is_sent_later() {
        store.failNext("states");
        mover.start();
        loop.tick(RETRY);
        assertThat(store.waiting()).containsExactly("states");
    }

    @Test
    void a_partition_from_which_all_has_moved_is_not_read() {
        mover.start();
        answer(store.next("states"), List.of(state(3)));
        assertThat(told).containsExactly("moved");
        assertThat(store.waiting()).isEmpty();
    }

    @Test
    void a_refusal_ends_the_move_whatever_was_refused() {
        List<PageRead> refusals = List.of(new PageRead.Fenced(), new PageRead.Other());
        for (PageRead refusal : refusals) {
            PartitionMoverTest other = new PartitionMoverTest();
            other.start();
            other.answer(other.store.next("page"), refusal);
            other.assertRefused();
        }
        for (Moved refusal : List.of(Moved.FENCED, Moved.OTHER)) {
            PartitionMoverTest other = new PartitionMoverTest();
            other.start();
            other.answerPage(LogPart.DELAYED, null, List.of());
            other.answerPage(LogPart.HELD, null, List.of());
            other.answerPage(LogPart.STREAM, null, List.of());
            other.answerRequests(StreamId.START, List.of());
            other.answer(other.store.next("moved"), refusal);
            other.assertRefused();
        }
        start();
        answerPage(
                LogPart.DELAYED,
                null,
                List.of(),
                item(LogPart.DELAYED, 1, keyOf(1)),
                item(LogPart.DELAYED, 2, keyOf(2)));
        answer(store.next("copy"), Copying.STARTED);
        answer(store.next("copy"), Copying.COPIED);
        assertRefused();
    }

    @Test
    void nothing_is_sent_after_the_end() {
        start();
        Call page = store.next("page");
        mover.end();
        page.answer(new PageRead.Page(List.of()));
        loop.tick(RETRY);
        assertThat(store.waiting()).isEmpty();

        PartitionMoverTest other = new PartitionMoverTest();
        other.start();
        other.store.next("page").loseReply();
        other.loop.run();
        other.mover.end();
        other.loop.tick(RETRY);
        assertThat(other.store.waiting()).isEmpty();
    }

    private static Instruction request(int id, String verb, String key, String place) {
        return new Instruction(new StreamId(id, 0), verb, key, place);
    }

    private void answerRequests(StreamId after, List<Instruction> requests) {
        Call read = store.next("requests");
        assertThat(read.argument(0, PartitionId.class)).isEqualTo(LEASE.partition());
        assertThat(read.argument(1, StreamId.class)).isEqualTo(after);
        answer(read, requests);
    }

    private void assertPassed(int target, List<Instruction> requests) {
        Call pass = store.next("pass");
        assertThat(pass.argument(0, PartitionId.class).index()).isEqualTo(target);
        assertThat(pass.argument(1, Segment.class)).isEqualTo(new Segment(PLAN.version(), 0));
        assertThat((Object) pass.argument(2, List.class)).isEqualTo(requests);
        pass.answer(null);
        loop.run();
    }

    private void assertRefused() {
        assertThat(told).containsExactly("refused");
        loop.tick(RETRY);
        assertThat(store.waiting()).isEmpty();
    }

    private void start(Segment... segments) {
        mover.start();
        Call states = store.next("states");
        assertThat(states.argument(1, Integer.class)).isZero();
        assertThat(states.argument(2, Integer.class)).isEqualTo(1);
        answer(states, List.of(state(2, segments)));
    }

    private static PartitionState state(int moved, Segment... segments) {
        Map<Segment, Long> staged = IntStream.range(0, segments.length)
                .boxed()
                .collect(Collectors.toMap(index -> segments[index], index -> 1L));
        return new PartitionState(0, new PartitionStage(new SealState(3, false), 2, moved), 0, staged, 0, 0);
    }

    private void answerPage(LogPart part, @Nullable Position after, List<MovedItem> deleted, MovedItem... items) {
        Call page = store.next("page");
        assertThat(page.argument(0, Lease.class)).isEqualTo(LEASE);
        assertThat(page.argument(1, Integer.class)).isEqualTo(3);
        assertThat(page.argument(2, LogPart.class)).isEqualTo(part);
        assertThat(page.argument(3, Position.class)).isEqualTo(after);
        assertThat(page.argument(4, PageBounds.class)).isEqualTo(new PageBounds(500, 1 << 20));
        assertThat(page.argument(5, Object.class)).isEqualTo(deleted);
        answer(page, new PageRead.Page(List.of(items)));
    }

    private static void assertCopy(Call copy, int target, MovedItem... items) {
        assertThat(copy.argument(0, PartitionId.class)).isEqualTo(new PartitionId(new QueueName("Q"), target));
        assertThat(copy.argument(1, Segment.class)).isEqualTo(new Segment(3, 0));
        assertThat(copy.argument(2, Object.class)).isEqualTo(List.of(items));
    }

    private void answer(Call call, Object answer) {
        call.answer(answer);
        loop.run();
    }

    private void lose(String call) {
        store.next(call).loseReply();
        loop.run();
        assertThat(store.waiting()).isEmpty();
        loop.tick(RETRY);
    }

    /** A key of a partition of the new layout. */
    private static String keyOf(int partition) {
        return IntStream.range(0, 1000)
                .mapToObj(i -> "k" + i)
                .filter(key -> PLAN.target(KeyHash.XXH64.hash(key)) == partition)
                .findFirst()
                .orElseThrow();
    }

    private static MovedItem item(LogPart part, int id, @Nullable String key) {
        String text = Position.ofEntry(EntryId.own(new StreamId(0, id))).id();
        return new MovedItem(new Position(part, text), key, 1, 10, List.of());
    }
}
