package io.qbull.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SupplyTest {
    @Test
    void what_was_promised_is_there_although_the_time_ends_in_between() {
        AtomicInteger looks = new AtomicInteger();
        Supply<String> supply = new Supply<>(() -> looks.incrementAndGet() == 1, () -> "job");
        assertThat(supply.hasNext()).isTrue();
        assertThat(supply.hasNext()).isTrue();
        assertThat(supply.next()).isEqualTo("job");
        assertThat(supply.hasNext()).isFalse();
        assertThatThrownBy(supply::next).isInstanceOf(NoSuchElementException.class);
    }
}
