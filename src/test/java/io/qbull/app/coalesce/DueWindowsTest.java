package io.qbull.app.coalesce;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which windows a pod closes, without Redis and without a clock. */
class DueWindowsTest {
    private static final Set<String> OPEN = Set.of("a", "b");
    private static final Set<String> NONE = Set.of();

    private final DueWindows windows = new DueWindows(Duration.ofNanos(100));

    @Test
    void a_window_is_due_when_its_time_is_up_counted_from_its_first_message() {
        windows.added("a", false, 0);
        windows.added("a", false, 90);
        assertThat(select(99)).isEmpty();
        assertThat(select(100)).containsExactly("a");
    }

    @Test
    void a_full_window_is_due_at_once() {
        windows.added("a", false, 0);
        windows.added("a", true, 10);
        assertThat(select(10)).containsExactly("a");
    }

    @Test
    void a_window_that_another_pod_opened_gets_its_whole_time_once_more() {
        assertThat(select(1_000)).isEmpty();
        assertThat(select(1_099)).isEmpty();
        assertThat(select(1_100)).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void a_window_waits_while_an_earlier_one_of_its_key_is_unsent() {
        windows.added("a", true, 0);
        assertThat(windows.select(OPEN, Set.of("a"), key -> true, 50)).isEmpty();
        assertThat(select(50)).containsExactly("a");
    }

    @Test
    void a_key_that_another_pod_owns_is_left_alone_and_forgotten() {
        windows.added("a", true, 0);
        assertThat(windows.select(OPEN, NONE, key -> key.equals("b"), 50)).isEmpty();
        assertThat(select(60)).isEmpty();
        assertThat(select(159)).doesNotContain("a");
        assertThat(select(160)).contains("a");
    }

    @Test
    void a_closed_window_says_nothing_about_the_next_of_its_key() {
        windows.added("a", true, 0);
        windows.closed("a");
        windows.added("a", false, 50);
        assertThat(select(149)).doesNotContain("a");
        assertThat(select(150)).contains("a");
    }

    private Set<String> select(long now) {
        return windows.select(OPEN, NONE, key -> true, now);
    }
}
