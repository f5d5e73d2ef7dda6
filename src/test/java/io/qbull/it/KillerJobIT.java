package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.it.Event.JobRef;
import io.qbull.it.Ledger.Run;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A job that takes down each process that runs it, among jobs that do no harm. */
@Tag("slow")
class KillerJobIT {
    private static final int MAX_CRASHES = 3;
    private static final int NEIGHBOURS = 250;
    private static final int KEYS = 8;
    private static final String OPTIONS = "leaseTtl=1s&maxAttempts=4&backoff=10ms&maxCrashes=" + MAX_CRASHES;

    @ParameterizedTest
    @CsvSource({"' halt', 0, 1", "' fail=1 halt', 1, 4", "' halt', 0, 64"})
    void it_is_buried_after_so_many_crashes_and_its_neighbours_are_done_in_order(
            String work, int failures, int concurrency) throws Exception {
        String name = "killer-" + failures + "-" + concurrency;
        try (Scene scene = new Scene(name, 1, OPTIONS + "&concurrency=" + concurrency);
                Producer producer = scene.producer(1, "")) {
            neighbours(producer);
            JobRef killer = producer.sendNow("k0", work);
            neighbours(producer);
            List<History.Sent> sent = producer.finish();
            scene.pods.spawn("a");
            scene.pods.spawn("b");
            await("no job waits").until(() -> {
                scene.pods.restartThoseThatDied();
                return scene.backlog() == 0;
            });

            Report report = scene.judge(sent, List.of());
            assertThat(report.violations()).isEmpty();
            assertThat(report.repeats()).as("processes that died").hasSize(MAX_CRASHES);
            assertThat(scene.deadLetters())
                    .singleElement()
                    .satisfies(letter -> assertThat(letter)
                            .containsEntry("body", killer + work)
                            .containsEntry("reason", "crashed its worker")
                            .containsEntry("attempts", Integer.toString(failures + MAX_CRASHES)));
            List<Run> runs = new Ledger(scene.history(sent)).runs;
            assertThat(runs.stream().filter(run -> run.job().equals(killer))).hasSize(failures + MAX_CRASHES);
            assertThat(runs.stream().filter(run -> !run.job().equals(killer)))
                    .allMatch(run -> run.attempt() == 1 && !run.failed())
                    .extracting(Run::job)
                    .contains(new JobRef("k0", killer.seq() + 1));
        }
    }

    private static void neighbours(Producer producer) throws InterruptedException {
        for (int i = 0; i < NEIGHBOURS; i++) {
            producer.sendNow("k" + i % KEYS, "");
        }
    }
}
