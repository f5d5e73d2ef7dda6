package io.qbull.ops.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Pauses;
import io.qbull.model.QueueName;
import io.qbull.store.Inspector.PartitionStatus;
import io.qbull.store.Inspector.PartitionStatus.Progress;
import io.qbull.store.Inspector.PartitionStatus.Read;
import io.qbull.store.Inspector.PartitionStatus.Unread;
import io.qbull.store.Inspector.QueueStatus;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RatesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void what_came_is_what_ended_and_what_there_is_more_to_do() {
        Rates rates = Rates.of(
                queue(owned(0, "7", 100, 1_000, 5), owned(1, "8", 40, 1_000, 0)),
                queue(owned(0, "7", 200, 3_000, 305), owned(1, "8", 0, 2_000, 500)),
                SECOND);
        assertThat(rates).isEqualTo(new Rates(710L, 650L, 60));
    }

    @Test
    void each_owner_is_measured_between_its_own_renewals() {
        assertThat(Rates.of(queue(owned(0, "7", 0, 1_000, 0)), queue(owned(0, "7", 0, 6_000, 100)), SECOND))
                .isEqualTo(new Rates(20L, 20L, 0));
    }

    @Test
    void a_partition_without_owner_ends_no_jobs() {
        assertThat(Rates.of(queue(free(0, 10)), queue(free(0, 30)), Duration.ofSeconds(2)))
                .isEqualTo(new Rates(10L, 0L, 10));
    }

    @Test
    void an_owner_that_said_nothing_meanwhile_leaves_the_rates_unknown() {
        Rates unknown = new Rates(null, null, -10);
        assertThat(Rates.of(queue(owned(0, "7", 30, 1_000, 5)), queue(owned(0, "7", 20, 1_000, 5)), SECOND))
                .as("no renewal")
                .isEqualTo(unknown);
        assertThat(Rates.of(queue(owned(0, "7", 30, 1_000, 5)), queue(owned(0, "8", 20, 2_000, 9)), SECOND))
                .as("another owner")
                .isEqualTo(unknown);
        assertThat(Rates.of(queue(new Unread(0, "no")), queue(owned(0, "8", -10, 2_000, 9)), SECOND))
                .as("not read before")
                .isEqualTo(unknown);
    }

    @Test
    void no_jobs_come_at_less_than_zero() {
        assertThat(Rates.of(queue(owned(0, "7", 30, 1_000, 0)), queue(owned(0, "7", 18, 2_000, 10)), SECOND))
                .isEqualTo(new Rates(0L, 10L, -12));
    }

    private static Read owned(int index, String epoch, long backlog, long at, long done) {
        return read(index, "me", epoch, backlog, new Progress(done, at));
    }

    private static Read free(int index, long backlog) {
        return read(index, null, "7", backlog, null);
    }

    private static Read read(
            int index, @Nullable String owner, String epoch, long backlog, @Nullable Progress progress) {
        return new Read(index, owner, epoch, 1L, backlog, null, 0, 0, 0, 0, 0, progress);
    }

    private static QueueStatus.Present queue(PartitionStatus... partitions) {
        return new QueueStatus.Present(
                new QueueName("Q"), 1, partitions.length, new Pauses("0", List.of()), List.of(), List.of(partitions));
    }
}
