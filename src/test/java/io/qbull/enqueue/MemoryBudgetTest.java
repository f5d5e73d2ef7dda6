package io.qbull.enqueue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private final MemoryBudget room = new MemoryBudget();

    @Test
    void what_does_not_fit_stays_outside_until_something_leaves() {
        assertThat(room.enter(MemoryBudget.BYTES - 10)).isTrue();
        assertThat(room.enter(11)).isFalse();
        assertThat(room.enter(10)).isTrue();
        assertThat(room.enter(1)).isFalse();

        room.leave(10);

        assertThat(room.enter(10)).isTrue();
    }

    @Test
    void a_job_that_is_alone_always_fits() {
        assertThat(room.enter(2 * MemoryBudget.BYTES)).isTrue();
        assertThat(room.enter(1)).isFalse();
        room.leave(2 * MemoryBudget.BYTES);
        assertThat(room.enter(1)).isTrue();
    }
}
