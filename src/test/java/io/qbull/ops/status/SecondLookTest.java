package io.qbull.ops.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.PartitionId;
import io.qbull.model.Pauses;
import io.qbull.model.QueueName;
import io.qbull.store.Inspector.PartitionStatus.Progress;
import io.qbull.store.Inspector.PartitionStatus.Read;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.testing.ScriptedStore;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SecondLookTest {
    private final ScriptedStore store = new ScriptedStore();
    private final List<Duration> pauses = new ArrayList<>();
    private long nanos;
    private int looks;

    @Test
    void owners_are_reminded_before_each_look_and_the_looks_are_a_second_apart() {
        CompletionStage<Overview> overview = look();
        assertThat(reminded()).as("one partition of each owner").containsExactly(0, 2);
        assertThat(reminded()).containsExactly(0, 2);
        assertThat(pauses).containsExactly(Duration.ofMillis(250), Duration.ofMillis(750), Duration.ofMillis(250));
        assertThat(overview.toCompletableFuture()
                        .join()
                        .text()
                        .lines()
                        .toList()
                        .get(1)
                        .split(" +"))
                .startsWith("Q", "3", "30/s", "30/s");
    }

    @Test
    void without_the_right_to_remind_the_looks_go_on() {
        CompletionStage<Overview> overview = look();
        for (int i = 0; i < 4; i++) {
            store.next("remind").loseReply();
        }
        assertThat(overview.toCompletableFuture()).isCompleted();
    }

    private List<Integer> reminded() {
        List<Integer> partitions = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Call call = store.next("remind");
            partitions.add(call.argument(0, PartitionId.class).index());
            call.answer(null);
        }
        return partitions;
    }

    private CompletionStage<Overview> look() {
        return new SecondLook(store.leases(), this::pause, () -> nanos)
                .at(queues(), () -> CompletableFuture.completedStage(queues()));
    }

    private CompletionStage<Void> pause(Duration time) {
        pauses.add(time);
        nanos += time.toNanos();
        return CompletableFuture.completedStage(null);
    }

    private List<QueueStatus.Present> queues() {
        looks++;
        return List.of(new QueueStatus.Present(
                new QueueName("Q"),
                1,
                4,
                new Pauses("0", List.of()),
                List.of(),
                List.of(partition(0, "a"), partition(1, "a"), partition(2, "b"), partition(3, null))));
    }

    private Read partition(int index, @Nullable String owner) {
        Progress progress = owner == null ? null : new Progress(10L * looks, 1_000L * looks);
        return new Read(index, owner, "7", 1L, owner == null ? 0 : 1, null, 0, 0, 0, 0, 0, progress);
    }
}
