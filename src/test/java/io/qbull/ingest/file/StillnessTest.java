package io.qbull.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When a file counts as complete, by a clock of the test. */
class StillnessTest {
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final FileLook OLD = new FileLook(10, FileTime.fromMillis(1), "a");

    private long now = -5;
    private final Stillness file = new Stillness(QUIET, () -> now);

    private boolean lookAfter(Duration time, FileLook look) {
        now += time.toNanos();
        return file.still(look);
    }

    @Test
    void the_first_look_tells_nothing_however_old_the_file() {
        assertThat(lookAfter(Duration.ZERO, OLD)).isFalse();
        assertThat(file.left()).isEqualTo(QUIET);
    }

    @Test
    void looks_that_agree_for_the_quiet_time_tell_that_it_is_complete() {
        lookAfter(Duration.ZERO, OLD);

        assertThat(lookAfter(Duration.ofMillis(1_999), OLD)).isFalse();
        assertThat(file.left()).isEqualTo(Duration.ofMillis(1));
        assertThat(lookAfter(Duration.ofMillis(1), OLD)).isTrue();
        assertThat(file.left()).isZero();
    }

    @Test
    void any_change_begins_the_quiet_time_anew() {
        FileLook grown = new FileLook(11, OLD.modified(), "a");
        FileLook touched = new FileLook(11, FileTime.fromMillis(2), "a");
        FileLook replaced = new FileLook(11, FileTime.fromMillis(2), "b");
        lookAfter(Duration.ZERO, OLD);

        assertThat(lookAfter(QUIET, grown)).isFalse();
        assertThat(lookAfter(QUIET, touched)).isFalse();
        assertThat(lookAfter(QUIET, replaced)).isFalse();
        assertThat(lookAfter(QUIET, replaced)).isTrue();
    }
}
