package io.qbull.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Pause;
import io.qbull.model.Pause.Scope;
import io.qbull.model.Pauses;
import io.qbull.model.QueueName;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.ScriptedStore;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a node asks what is paused. */
class PauseWatchTest {
    private static final Pauses NONE = new Pauses("0", List.of());

    /** Begins at a moment at which all queues look. */
    private final ManualEventLoop loop = new ManualEventLoop(0);

    private final ScriptedStore store = new ScriptedStore();
    private final PauseWatch watch = new PauseWatch(new QueueName("Q"), store.pauses(), loop);

    @BeforeEach
    void begin() {
        watch.begun();
        loop.run();
    }

    @Test
    void it_looks_for_changes_of_what_it_knows_every_750_ms() {
        assertThat(answer(NONE)).isEqualTo(Pauses.UNKNOWN);
        loop.tick(PauseWatch.PERIOD.minusMillis(1));
        assertThat(store.waiting()).doesNotContain("pauses");
        loop.tick(Duration.ofMillis(1));
        Pauses one = paused("1", null);
        assertThat(answer(one)).isEqualTo(NONE);
        assertThat(watch.known()).isEqualTo(one);
    }

    @Test
    void all_queues_of_a_process_look_at_the_same_moments() {
        answer(NONE);
        loop.tick(Duration.ofMillis(100));
        PauseWatch second = new PauseWatch(new QueueName("R"), store.pauses(), loop);
        second.begun();
        loop.run();
        answer(NONE);
        loop.tick(PauseWatch.PERIOD.minusMillis(101));
        assertThat(store.waiting()).doesNotContain("pauses");
        loop.tick(Duration.ofMillis(1));
        assertThat(store.waiting()).filteredOn("pauses"::equals).hasSize(2);
    }

    @Test
    void an_announcement_while_it_reads_leads_to_another_read() {
        Runnable announced = store.next("changes").argument(1, Runnable.class);
        announced.run();
        loop.run();
        answer(NONE);
        assertThat(answer(paused("1", null))).isEqualTo(NONE);
        announced.run();
        loop.run();
        assertThat(store.waiting()).contains("pauses");
    }

    @Test
    void the_end_of_a_pause_is_asked_for_until_it_is_known() {
        Duration left = Duration.ofMillis(100);
        answer(paused("1", left));
        loop.tick(left.plusMillis(1));
        Call lost = store.next("pauses");
        assertThat(lost.argument(1, Pauses.class)).isEqualTo(Pauses.UNKNOWN);
        lost.loseReply();
        loop.run();
        assertThat(watch.known().cover(0)).as("until Redis says otherwise").isTrue();
        loop.tick(PauseWatch.PERIOD);
        assertThat(answer(new Pauses("1", List.of()))).isEqualTo(Pauses.UNKNOWN);
        assertThat(watch.known().cover(0)).isFalse();
    }

    @Test
    void after_the_end_it_asks_no_more() {
        answer(NONE);
        watch.stop();
        loop.tick(Duration.ofMinutes(1));
        assertThat(store.waiting()).containsExactly("changes");
    }

    private static Pauses paused(String version, @Nullable Duration left) {
        return new Pauses(
                version, List.of(new Pause(new Scope.Queue(), "ann", "", 1, left == null ? null : (Long) 9L, left)));
    }

    /** Answers a read; returns with what it compared. */
    private Pauses answer(Pauses found) {
        Call read = store.next("pauses");
        read.answer(found);
        loop.run();
        return read.argument(1, Pauses.class);
    }
}
