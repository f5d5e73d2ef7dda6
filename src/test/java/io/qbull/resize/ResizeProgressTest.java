package io.qbull.resize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.model.Layout;
import io.qbull.model.PartitionStage;
import io.qbull.model.SealState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The steps of a resize, in every order in which they may be carried out. */
class ResizeProgressTest {
    private static final SealState OLD = new SealState(1, true);
    private static final SealState CLOSED = new SealState(2, false);
    private static final SealState OPEN = new SealState(2, true);

    private static ResizeProgress begun(int from, int to) {
        List<PartitionStage> stages = new ArrayList<>(Collections.nCopies(from, new PartitionStage(OLD, 1, 0)));
        stages.addAll(Collections.nCopies(Math.max(0, to - from), PartitionStage.ABSENT));
        return new ResizeProgress(ResizePlan.of(new Layout(1, from), to), false, stages);
    }

    /** What a script makes of a step; the move of a partition may end as soon as it is sealed. */
    private static ResizeProgress after(ResizeProgress now, Step step) {
        if (step instanceof Step.Seal seal) {
            return with(now, seal.partition(), stage -> new PartitionStage(CLOSED, stage.started(), stage.moved()));
        }
        if (step instanceof Step.Open open) {
            return with(now, open.partition(), stage -> new PartitionStage(OPEN, stage.started(), stage.moved()));
        }
        if (step instanceof Step.AwaitMove move) {
            int started = now.plan().retires(move.partition()) ? 2 : 1;
            return with(now, move.partition(), stage -> new PartitionStage(stage.seal(), started, 2));
        }
        if (step instanceof Step.Start start) {
            return with(now, start.partition(), stage -> new PartitionStage(stage.seal(), 2, stage.moved()));
        }
        return new ResizeProgress(now.plan(), step instanceof Step.MakeCurrent || now.current(), now.partitions());
    }

    private static ResizeProgress with(ResizeProgress now, int partition, UnaryOperator<PartitionStage> change) {
        List<PartitionStage> stages = new ArrayList<>(now.partitions());
        stages.set(partition, change.apply(stages.get(partition)));
        return new ResizeProgress(now.plan(), now.current(), stages);
    }

    private static List<Integer> in(ResizeProgress now, SealState seal) {
        return IntStream.range(0, now.partitions().size())
                .filter(index -> now.partitions().get(index).seal().equals(seal))
                .boxed()
                .toList();
    }

    @Test
    void the_steps_of_a_resize_come_in_order() {
        List<Step> taken = new ArrayList<>();
        ResizeProgress now = begun(2, 3);
        while (!(now.next() instanceof Step.Done)) {
            taken.add(now.next());
            now = after(now, now.next());
        }
        assertThat(taken)
                .containsExactly(
                        new Step.Seal(0),
                        new Step.Seal(1),
                        new Step.Open(0),
                        new Step.Open(1),
                        new Step.Open(2),
                        new Step.MakeCurrent(),
                        new Step.AwaitMove(0),
                        new Step.AwaitMove(1),
                        new Step.Start(0),
                        new Step.Start(1),
                        new Step.Start(2));
    }

    @Test
    void a_partition_starts_as_soon_as_those_that_feed_it_have_moved() {
        ResizeProgress now = begun(2, 4);
        for (int step = 0; step < 7; step++) {
            now = after(now, now.next());
        }
        assertThat(now.steps()).containsExactly(new Step.AwaitMove(0), new Step.AwaitMove(1));
        now = after(now, new Step.AwaitMove(1));
        assertThat(now.steps()).containsExactly(new Step.Start(1), new Step.Start(3), new Step.AwaitMove(0));
    }

    @ParameterizedTest
    @CsvSource({"1,2", "2,1", "2,3", "3,2", "2,4", "4,2", "3,1"})
    void in_every_order_of_steps_the_rules_hold_and_the_end_is_reached(int from, int to) {
        Deque<ResizeProgress> open = new ArrayDeque<>(List.of(begun(from, to)));
        Set<ResizeProgress> seen = new HashSet<>(open);
        Set<ResizeProgress> ends = new HashSet<>();
        while (!open.isEmpty()) {
            ResizeProgress now = open.remove();
            check(now);
            List<Step> steps = new ArrayList<>(now.steps());
            if (steps.equals(List.of(new Step.Done()))) {
                ends.add(now);
            }
            IntStream.range(0, from)
                    .filter(index -> now.partitions().get(index).seal().reached(CLOSED))
                    .mapToObj(Step.AwaitMove::new)
                    .forEach(steps::add);
            steps.stream().map(step -> after(now, step)).filter(seen::add).forEach(open::add);
        }
        assertThat(ends).hasSize(1);
    }

    private static void check(ResizeProgress now) {
        int from = now.plan().resize().from();
        int to = now.plan().resize().to();
        if (!in(now, OPEN).isEmpty()) {
            assertThat(in(now, OLD)).isEmpty();
        }
        if (now.current()) {
            assertThat(in(now, OPEN)).hasSize(to);
        }
        for (int index = 0; index < to; index++) {
            if (now.partitions().get(index).started() == 2) {
                assertThat(now.partitions().get(index).seal()).isEqualTo(OPEN);
                assertThat(now.plan().feeders(index))
                        .allMatch(feeder -> now.partitions().get(feeder).moved() == 2);
            }
        }
        boolean done = now.next() instanceof Step.Done;
        boolean settled = ResizeProgress.settled(now.plan().resize().after(), now.partitions());
        assertThat(done).isEqualTo(settled && now.current());
        assertThat(now.steps()).hasSizeLessThanOrEqualTo(from + to);
    }

    @Test
    void what_a_later_resize_has_done_is_not_done_again() {
        ResizeProgress now = begun(1, 2);
        now = with(now, 0, stage -> new PartitionStage(new SealState(3, false), 2, 2));
        now = with(now, 1, stage -> new PartitionStage(new SealState(3, true), 2, 0));
        now = new ResizeProgress(now.plan(), true, now.partitions());
        assertThat(now.steps()).containsExactly(new Step.Done());
    }

    @Test
    void the_next_resize_waits_for_every_partition_of_the_layout() {
        Layout layout = new Layout(2, 2);
        PartitionStage started = new PartitionStage(OPEN, 2, 2);
        assertThat(ResizeProgress.settled(layout, List.of(started, new PartitionStage(OPEN, 1, 2))))
                .isFalse();
        assertThat(ResizeProgress.settled(layout, List.of(started))).isFalse();
        assertThat(ResizeProgress.settled(layout, List.of(started, started))).isTrue();
        assertThat(ResizeProgress.settled(layout, List.of(started, started, PartitionStage.ABSENT)))
                .isTrue();
    }

    @Test
    void a_state_is_needed_for_each_partition() {
        assertThatThrownBy(() -> new ResizeProgress(ResizePlan.of(new Layout(1, 2), 3), false, List.of()))
                .hasMessage("0 states for 3 partitions");
    }
}
