package io.qbull.resize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.qbull.model.Layout;
import io.qbull.model.PartitionStage;
import io.qbull.model.Resize;
import io.qbull.model.SealState;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.ResizeTable.PartitionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is made of the layouts and partitions of a queue as they were read. */
class ResizeStatusTest {
    private final List<PartitionState> states = new ArrayList<>();

    /** Adds a partition. */
    private ResizeStatusTest with(int version, boolean open, int started, int moved, long entries) {
        PartitionStage stage = new PartitionStage(new SealState(version, open), started, moved);
        states.add(new PartitionState(states.size(), stage, entries, Map.of(), 0, 0));
        return this;
    }

    private ResizeStatus status(Layout current, @Nullable Integer next, Layout... earlier) {
        Resize resize = next == null ? null : new Resize(current.version() + 1, current.partitions(), next);
        List<Earlier> replaced = List.of(earlier).stream()
                .map(layout -> new Earlier(layout, Duration.ofMinutes(1), Duration.ZERO))
                .toList();
        return new ResizeStatus(new LayoutState(current, resize, replaced), states);
    }

    @Test
    void a_queue_that_was_never_resized_is_at_rest() {
        ResizeStatus status = with(1, true, 1, 0, 5).with(1, true, 1, 0, 0).status(new Layout(1, 2), null);
        assertThat(status.progress()).isNull();
        assertThat(status.notStarted()).isEmpty();
        assertThat(status.unmoved()).isEmpty();
        assertThat(status.inUse()).isEqualTo(2);
    }

    @Test
    void an_intent_puts_all_old_partitions_under_way_and_needs_owners_for_the_new_ones() {
        ResizeStatus status = with(1, true, 1, 0, 5)
                .with(0, false, 0, 0, 0)
                .with(0, false, 0, 0, 0)
                .status(new Layout(1, 1), 3);
        ResizeProgress progress = Objects.requireNonNull(status.progress());
        assertThat(progress.current()).isFalse();
        assertThat(progress.plan().resize()).isEqualTo(new Resize(2, 1, 3));
        assertThat(status.unmoved()).containsExactly(0);
        assertThat(status.inUse()).isEqualTo(3);
    }

    @Test
    void a_resize_is_under_way_until_all_partitions_of_the_current_layout_have_started() {
        ResizeStatus status =
                with(2, true, 2, 2, 1).with(2, true, 1, 2, 1).status(new Layout(2, 2), null, new Layout(1, 1));
        ResizeProgress progress = Objects.requireNonNull(status.progress());
        assertThat(progress.current()).isTrue();
        assertThat(status.notStarted()).containsExactly(1);
        states.clear();
        with(2, true, 2, 2, 1).with(2, true, 2, 0, 1);
        assertThat(status(new Layout(2, 2), null, new Layout(1, 1)).progress()).isNull();
        assertThat(status(new Layout(2, 2), 1, new Layout(1, 1)).progress())
                .as("the next one")
                .isNotNull();
    }

    @Test
    void a_retired_partition_needs_an_owner_until_it_has_moved_and_is_empty() {
        Layout[] before = {new Layout(1, 3)};
        with(2, true, 1, 2, 0).with(2, false, 2, 2, 0).with(2, false, 1, 0, 0);
        ResizeStatus moving = status(new Layout(2, 1), null, before);
        assertThat(moving.unmoved()).containsExactly(2);
        assertThat(moving.inUse()).isEqualTo(3);
        states.clear();
        with(2, true, 2, 2, 0).with(2, false, 2, 2, 1).with(2, false, 2, 2, 0);
        assertThat(status(new Layout(2, 1), null, before).inUse())
                .as("another program has added to partition 1")
                .isEqualTo(2);
        states.clear();
        with(2, true, 2, 2, 0).with(2, false, 2, 2, 0).with(2, false, 2, 2, 0);
        assertThat(status(new Layout(2, 1), null, before).inUse()).isEqualTo(1);
    }

    @Test
    void without_the_layout_before_nobody_can_tell_what_is_under_way() {
        ResizeStatus status = with(2, true, 1, 0, 0).status(new Layout(3, 1), null, new Layout(1, 1));
        assertThat(status.progress()).isNull();
        assertThat(status.notStarted()).containsExactly(0);
    }

    @Test
    void every_partition_of_any_layout_has_a_state() {
        with(2, true, 2, 2, 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> status(new Layout(2, 1), null, new Layout(1, 2)))
                .withMessage("1 states for 2 partitions");
    }
}
