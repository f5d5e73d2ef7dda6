package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.PumpSettings;
import io.qbull.model.Entry;
import io.qbull.model.Epoch;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.store.DelayedJobs.Promotion;
import io.qbull.store.DelayedJobs.Promotion.Promoted;
import io.qbull.store.HeldJobs.Action;
import io.qbull.store.HeldJobs.Attended;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Instruction;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.Retries;
import io.qbull.testing.ScriptedStore;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a pump has delayed jobs promoted. */
class PumpDelayTest {
    private static final Lease LEASE = new Lease(
            new PartitionId(new QueueName("WHATSAPP"), 3),
            new LeaseOwner(new PodId("pod"), "n1"),
            new Epoch(7),
            "primary");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MOMENT = Duration.ofMillis(1);

    private final ManualEventLoop loop = new ManualEventLoop();
    private final ScriptedStore store = new ScriptedStore();
    private final List<String> told = new ArrayList<>();
    private final PartitionPump pump = new PartitionPump(
            LEASE,
            new PumpSettings(128, 1 << 20, Duration.ofMillis(5), Retries.of(3, SECOND), Duration.ofSeconds(30)),
            new PartitionPump.Means(store, loop, () -> 0),
            new PartitionPump.Crew((delivery, outcome) -> {}, Runnable::run),
            new Recorder());

    @Test
    void delayed_jobs_are_promoted_when_the_first_is_due_and_read_then() {
        begin(SECOND);
        loop.tick(SECOND.minus(MOMENT));
        assertThat(store.waiting()).doesNotContain("promote");
        loop.tick(MOMENT);
        Call promote = store.next("promote");
        assertThat(store.waiting()).doesNotContain("fetch");
        answer(promote, new Promoted(1, null));
        assertThat(store.waiting()).contains("fetch");
        loop.tick(Duration.ofHours(1));
        assertThat(store.waiting()).doesNotContain("promote");
    }

    @Test
    void each_promotion_says_when_the_next_is_due() {
        begin(SECOND);
        loop.tick(SECOND);
        answer(store.next("promote"), new Promoted(100, Duration.ZERO));
        loop.tick(Duration.ZERO);
        answer(store.next("promote"), new Promoted(7, SECOND));
        loop.tick(SECOND.minus(MOMENT));
        assertThat(store.waiting()).doesNotContain("promote");
        loop.tick(MOMENT);
        store.next("promote");
    }

    @Test
    void a_promotion_that_moves_nothing_reads_nothing() {
        begin(SECOND);
        loop.tick(SECOND);
        answer(store.next("promote"), new Promoted(0, SECOND));
        assertThat(store.waiting()).doesNotContain("fetch");
    }

    @Test
    void a_promotion_without_answer_is_repeated() {
        begin(SECOND);
        loop.tick(SECOND);
        store.next("promote").loseReply();
        loop.run();
        loop.tick(SECOND);
        answer(store.next("promote"), new Promoted(1, null));
        assertThat(told).containsExactly("unanswered");
    }

    @Test
    void a_refused_promotion_is_the_end_of_the_lease() {
        begin(SECOND);
        loop.tick(SECOND);
        answer(store.next("promote"), new Promotion.Fenced());
        assertThat(told).containsExactly("fenced");
    }

    @Test
    void nothing_is_promoted_once_the_partition_is_given_back_or_lost() {
        begin(SECOND);
        pump.drain(() -> told.add("closed"));
        loop.tick(SECOND);
        assertThat(told).containsExactly("closed");
        assertThat(store.waiting()).doesNotContain("promote");
    }

    @Test
    void the_note_of_a_producer_makes_an_earlier_job_the_next_and_nobody_writes_about_it() {
        begin(SECOND.multipliedBy(30));
        try (CapturedLog log = new CapturedLog()) {
            store.next("watch").argument(2, Runnable.class).run();
            loop.run();
            Instruction note = new Instruction(new StreamId(5, 0), "due", "", "");
            answer(store.next("fetch"), entries(new Agenda(List.of(note), SECOND)));
            Call attend = store.next("attend");
            assertThat(attend.argument(1, Instruction.class)).isEqualTo(note);
            assertThat(attend.argument(2, Action.class)).isEqualTo(Action.IGNORE);
            answer(attend, new Attended.Done(Duration.ZERO));
            answer(store.next("fetch"), entries(new Agenda(List.of(), SECOND)));
            loop.tick(SECOND);
            store.next("promote");
            assertThat(log.seen("")).isEmpty();
        }
    }

    @Test
    void a_long_wait_is_asked_for_anew_each_minute_because_clocks_drift() {
        begin(Duration.ofDays(300));
        loop.tick(Duration.ofMinutes(1));
        answer(store.next("promote"), new Promoted(0, SECOND));
        loop.tick(SECOND);
        store.next("promote");
    }

    private void begin(Duration dueIn) {
        pump.start(0);
        answer(store.next("keys"), new Page.Keys(Page.START, Map.of()));
        answer(store.next("fetch"), entries(new Agenda(List.of(), dueIn)));
    }

    private void answer(Call call, Object answer) {
        call.answer(answer);
        loop.run();
    }

    private static Fetch.Entries entries(Agenda agenda) {
        return new Fetch.Entries(List.<Entry>of(), false, agenda);
    }

    private final class Recorder implements PartitionPump.Listener {
        @Override
        public boolean trusted(Lease lease) {
            return true;
        }

        @Override
        public void fenced(Lease lease) {
            told.add("fenced");
        }

        @Override
        public void answered(Lease lease) {}

        @Override
        public void unanswered(Lease lease, @Nullable Throwable failure) {
            told.add("unanswered");
        }
    }
}
