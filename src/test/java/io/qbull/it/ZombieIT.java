package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.it.Event.Answer;
import io.qbull.it.Event.Owner;
import io.qbull.it.Pods.Pod;
import io.qbull.testing.Findings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A pod is frozen for longer than its lease TTL, and resumes. */
@Tag("slow")
class ZombieIT {
    private static final Duration LEASE = Duration.ofSeconds(2);

    @Test
    void a_frozen_pod_that_resumes_is_fenced_and_continues_under_new_leases() throws Exception {
        try (Scene scene = new Scene("zombie", 8, "partitionsPerPod=4&leaseTtl=2s");
                Producer producer = scene.producer(200, " sleep=10")) {
            Pod zombie = scene.pods.spawn("a");
            Pod other = scene.pods.spawn("b");
            scene.pods.awaitUp(List.of(zombie, other));
            scene.awaitOwned();
            CompletableFuture<Void> sending = Background.run(() -> producer.send(100_000, 400));
            await().until(() -> ended(zombie) > 200);

            long frozen = System.nanoTime();
            scene.pods.freeze(zombie);
            await().pollDelay(LEASE.multipliedBy(3)).until(() -> true);
            assertThat(scene.owners()).containsOnly("b");
            long thawed = System.nanoTime();
            scene.pods.thaw(zombie);
            await().until(() -> worksAgain(zombie, thawed));
            long works = System.nanoTime();
            producer.stop();
            sending.join();
            List<History.Sent> sent = producer.finish();
            scene.awaitDrained();

            Report report = scene.judge(sent, List.of(new Disruption("freeze of a", zombie.name, frozen, works)));
            List<Answer> late = lateAnswers(zombie, thawed);
            Findings.note("answers to late commands " + late);
            assertThat(report.violations()).isEmpty();
            assertThat(late).doesNotContain(Answer.DONE);
            assertThat(zombie.output().lines().filter(line -> line.contains("lost the leases")))
                    .as("lines that say so")
                    .hasSize(1);
        }
    }

    private static long ended(Pod pod) {
        return pod.events().stream().filter(Event.Ended.class::isInstance).count();
    }

    private static boolean worksAgain(Pod pod, long since) {
        List<Event> events = pod.events();
        return events.stream()
                .anyMatch(e -> e instanceof Event.Granted g
                        && g.sent() > since
                        && events.stream()
                                .anyMatch(s -> s instanceof Event.Started started
                                        && started.owner().equals(g.owner())));
    }

    /** Answers to the commands that the zombie sent under its old leases after it resumed. */
    private static List<Answer> lateAnswers(Pod pod, long since) {
        Set<Owner> old = new HashSet<>();
        Set<Long> calls = new HashSet<>();
        List<Answer> answers = new ArrayList<>();
        for (Event event : pod.events()) {
            if (event instanceof Event.Granted g && g.sent() < since) {
                old.add(g.owner());
            } else if (event instanceof Event.RemovalSent s && s.at() > since && old.contains(s.owner())) {
                calls.add(s.call());
            } else if (event instanceof Event.RemovalAnswered a && calls.contains(a.call())) {
                answers.add(a.answer());
            } else if (event instanceof Event.Fetched f && f.sent() > since && old.contains(f.owner())) {
                answers.add(f.answer());
            }
        }
        return answers;
    }
}
