package io.qbull.enqueue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private final MemoryBudget budget = new MemoryBudget();

    @Test
    void a_job_that_does_not_fit_stays_out_until_another_leaves() {
        assertThat(budget.enter(MemoryBudget.BYTES - 10)).isTrue();
        assertThat(budget.enter(11)).isFalse();
        assertThat(budget.enter(10)).isTrue();
        assertThat(budget.enter(1)).isFalse();

        budget.leave(10);

        assertThat(budget.enter(10)).isTrue();
    }

    @Test
    void a_job_that_is_alone_always_fits() {
        assertThat(budget.enter(2 * MemoryBudget.BYTES)).isTrue();
        assertThat(budget.enter(1)).isFalse();
        budget.leave(2 * MemoryBudget.BYTES);
        assertThat(budget.enter(1)).isTrue();
    }
}
