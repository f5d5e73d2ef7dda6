package io.qbull.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.Findings;
import io.qbull.testing.Ports;
import io.qbull.testing.Resp;
import io.qbull.testing.Size;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Pods of the application with three queues under random faults, and the judgement of what came of the jobs.
 * {@code -Dqbull.chaos.seed=N} repeats the faults of a run, {@code -Dqbull.chaos.only=TEXT} uses only those whose names contain the text,
 * and {@code -Dqbull.size.chaos.seconds=N} sets how long it lasts.
 */
final class ChaosRun {
    private static final int SECONDS = Size.of("chaos.seconds", 60, 1_800);
    private static final Partitions PARTITIONS = new Partitions(List.of("ORDERS", "MAILS", "CALLS"), 16);
    private static final String ONLY = System.getProperty("qbull.chaos.only", "");
    private static final int PODS = 3;
    private static final int SENDERS = 2;
    private static final int JOBS_A_SECOND = Size.of("chaos.jobs", 60, 60);
    private static final Duration STALL = Duration.ofSeconds(10);
    private static final Duration LEASE_TTL = Duration.ofSeconds(3);
    private static final Duration TO_RECOVER = Duration.ofMinutes(3);

    private final long seed = Long.getLong("qbull.chaos.seed", System.nanoTime());
    private final Random random = new Random(seed);
    /** Stays for later inspection. */
    private final Path home = Path.of(
                    System.getProperty("qbull.build.directory", "target"), "it", "chaos-" + System.nanoTime())
            .toAbsolutePath();

    private final Map<String, Integer> struck = new TreeMap<>();

    /** Runs it on servers that are empty. */
    void on(Servers servers) throws Exception {
        Findings.note("seed " + seed);
        Faults.prepare(servers);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Receiver receiver = new Receiver(Ports.free(), PARTITIONS);
                Crew crew = new Crew(home, routes(receiver.port()), settings(servers))) {
            crew.start(PODS);
            List<Sender> senders = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                senders.add(new Sender(
                        (char) ('a' + i) + "", PARTITIONS.queues(), crew, new Random(seed + i), JOBS_A_SECOND));
            }
            List<Future<?>> sending = new ArrayList<>();
            senders.forEach(sender -> sending.add(threads.submit(sender)));
            StallWatch watch = new StallWatch(
                    servers,
                    receiver,
                    PARTITIONS,
                    () -> unfinishedPartitions(receiver, senders),
                    new PodReports(crew),
                    STALL.plusSeconds(2),
                    LEASE_TTL.plusSeconds(1));
            Future<?> watching = threads.submit(watch);

            strike(
                    new Faults(servers, crew, receiver, PARTITIONS, random)
                            .list().stream()
                                    .filter(fault -> fault.name().contains(ONLY))
                                    .collect(Collectors.toList()),
                    crew);
            senders.forEach(Sender::stop);
            for (Future<?> each : sending) {
                each.get(TO_RECOVER.toSeconds(), TimeUnit.SECONDS);
            }
            Map<String, Integer> sent = sent(senders);
            Throwable notDone = awaitFinished(receiver, crew, sent);
            watch.stop();
            watching.get();

            report(receiver, senders, watch, crew);
            assertThat(notDone).as("all jobs arrive after the last fault").isNull();
            assertThat(receiver.violations()).isEmpty();
            assertThat(letters(servers)).as("dead letters").containsExactlyInAnyOrderElementsOf(refused(sent));
            assertThat(watch.unnamed()).isEmpty();
        } finally {
            threads.shutdownNow();
        }
        Faults.forgetRefusals(servers);
    }

    /** One fault after the other, now and then two at once: struck in the order of the list, mended the other way round. */
    private void strike(List<Fault> faults, Crew crew) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<Fault> shuffled = new ArrayList<>(faults);
        while (System.nanoTime() < end) {
            List<Runnable> mending = new ArrayList<>();
            long longest = 0;
            Collections.shuffle(shuffled, random);
            List<Fault> chosen = shuffled.subList(0, Math.min(shuffled.size(), random.nextInt(4) == 0 ? 2 : 1));
            chosen.sort(Comparator.comparingInt(faults::indexOf));
            for (Fault fault : chosen) {
                struck.merge(fault.name(), 1, Integer::sum);
                Findings.note(LocalTime.now(ZoneOffset.UTC) + " " + fault.name());
                mending.add(0, fault.strike().hit());
                longest = Math.max(longest, fault.longest().toMillis());
            }
            pause(1 + random.nextInt((int) longest));
            mending.forEach(Runnable::run);
            crew.restartEnded();
            pause(1 + random.nextInt(6_000));
        }
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private static @Nullable Throwable awaitFinished(Receiver receiver, Crew crew, Map<String, Integer> sent) {
        try {
            await().atMost(TO_RECOVER).until(() -> {
                crew.restartEnded();
                return unfinished(receiver, sent).isEmpty();
            });
            return null;
        } catch (ConditionTimeoutException e) {
            return new AssertionError("not done: " + unfinished(receiver, sent), e);
        }
    }

    private static Map<String, Integer> sent(List<Sender> senders) {
        Map<String, Integer> sent = new TreeMap<>();
        senders.forEach(sender -> sent.putAll(sender.sent()));
        return sent;
    }

    private static Set<String> unfinishedPartitions(Receiver receiver, List<Sender> senders) {
        Set<String> partitions = new HashSet<>();
        sent(senders).forEach((queueAndKey, last) -> {
            String[] parts = queueAndKey.split(" ", -1);
            if (receiver.lastFinished(parts[0], parts[1]) < last) {
                partitions.add(PARTITIONS.of(parts[0], parts[1]));
            }
        });
        return partitions;
    }

    private static List<String> unfinished(Receiver receiver, Map<String, Integer> sent) {
        List<String> unfinished = new ArrayList<>();
        sent.forEach((queueAndKey, last) -> {
            String[] parts = queueAndKey.split(" ", -1);
            int finished = receiver.lastFinished(parts[0], parts[1]);
            if (finished != last) {
                unfinished.add(PARTITIONS.of(parts[0], parts[1]) + " " + queueAndKey + " " + finished + "/" + last);
            }
        });
        return unfinished;
    }

    /** The jobs that the receiver refuses for good. */
    private static List<String> refused(Map<String, Integer> sent) {
        List<String> refused = new ArrayList<>();
        sent.forEach((queueAndKey, last) -> {
            String[] parts = queueAndKey.split(" ", -1);
            for (int seq = 0; seq <= last; seq++) {
                if (Receiver.refuses(parts[0], parts[1], seq)) {
                    refused.add(parts[0] + " " + parts[1] + " " + seq);
                }
            }
        });
        return refused;
    }

    private static List<String> letters(Servers servers) {
        List<String> letters = new ArrayList<>();
        for (int server = 0; server < servers.ports().size(); server++) {
            try (Resp resp = Faults.admin(servers, server)) {
                for (Object key : resp.list("KEYS", "*:dead")) {
                    String queue = String.valueOf(key).replaceFirst("\\{(.*):.*}.*", "$1");
                    for (Object entry : resp.list("XRANGE", String.valueOf(key), "-", "+")) {
                        List<?> fields = (List<?>) ((List<?>) entry).get(1);
                        String reason = String.valueOf(fields.get(fields.indexOf("reason") + 1));
                        letters.add(queue + " " + fields.get(fields.indexOf("body") + 1)
                                + (reason.contains("400") ? "" : " " + reason));
                    }
                }
            }
        }
        return letters;
    }

    private void report(Receiver receiver, List<Sender> senders, StallWatch watch, Crew crew) {
        LogVolume volume = new LogVolume();
        crew.all().forEach(pod -> volume.add(pod.said()));
        Map<String, Integer> answers = new TreeMap<>();
        senders.forEach(s -> s.answers().forEach((answer, count) -> answers.merge(answer, count, Integer::sum)));
        Findings.note("seed " + seed + ", " + SECONDS + " s, faults " + struck + ", accepted "
                + senders.stream().mapToLong(Sender::accepted).sum() + ", " + receiver.summary());
        answers.forEach((answer, count) -> Findings.note(String.format("%7d  %s", count, answer)));
        watch.named().forEach((reason, count) -> Findings.note(String.format("%7d stalls  %s", count, reason)));
        watch.unnamed().forEach(Findings::note);
        Findings.note(volume.table());
    }

    private static Map<String, String> settings(Servers servers) {
        return Map.of(
                "REDIS_URL", servers.uri(),
                "PARTITIONS", Integer.toString(PARTITIONS.each()),
                "QBULL_LEASE_TTL", LEASE_TTL.toSeconds() + "s",
                "QBULL_QUEUES", String.join(",", PARTITIONS.queues()));
    }

    private static String routes(int port) {
        StringBuilder routes = new StringBuilder();
        for (String queue : PARTITIONS.queues()) {
            routes.append("""
                    - route:
                        id: %1$s
                        from:
                          uri: qbull:%1$s?backoff=200ms&maxBackoff=3s&stallAfter=%3$ds
                          steps:
                            - removeHeaders:
                                pattern: "*"
                            - to:
                                uri: http://127.0.0.1:%2$d/%1$s?httpMethod=POST&connectTimeout=2000&responseTimeout=5000
                    """.formatted(queue, port, STALL.toSeconds()));
        }
        return routes.toString();
    }
}
