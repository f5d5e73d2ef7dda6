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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Pods of the application with three queues under random faults, and the judgement of what came of the jobs.
 * {@code -Dqbull.chaos.seed=N} repeats the faults of a run, {@code -Dqbull.chaos.only=TEXT} uses only those whose names contain the text,
 * {@code -Dqbull.size.chaos.seconds=N} sets how long it lasts, and {@code -Dqbull.chaos.resizes=false} leaves the queues as they are.
 */
final class ChaosRun {
    private static final int SECONDS = Size.of("chaos.seconds", 60, 1_800);
    private static final List<String> QUEUES = List.of("ORDERS", "MAILS", "CALLS");
    private static final int PARTITIONS = 16;
    private static final int MOST_PARTITIONS = 24;
    private static final String ONLY = System.getProperty("qbull.chaos.only", "");
    private static final boolean RESIZES = !"false".equals(System.getProperty("qbull.chaos.resizes"));
    private static final int PODS = 3;
    private static final int JOBS_A_SECOND = Size.of("chaos.jobs", 60, 60);
    private static final int SINGLE_JOBS_A_SECOND = 15;
    private static final Duration STALL = Duration.ofSeconds(10);
    private static final Duration LEASE_TTL = Duration.ofSeconds(3);
    private static final Duration TO_RECOVER = Duration.ofMinutes(3);

    private final long seed = Long.getLong("qbull.chaos.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final ResizedPartitions partitions = new ResizedPartitions(QUEUES, PARTITIONS, MOST_PARTITIONS);
    /** Stays for later inspection. */
    private final Path home = Path.of(
                    System.getProperty("qbull.build.directory", "target"), "it", "chaos-" + System.nanoTime())
            .toAbsolutePath();

    private final Map<String, Integer> struck = new TreeMap<>();

    /** Runs it on servers that are empty. */
    void on(Servers servers) throws Exception {
        Findings.note("seed " + seed);
        Faults.prepare(servers);
        Arrivals arrivals = new Arrivals(partitions, LEASE_TTL, ChaosRun::concurrency);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Receiver receiver = new Receiver(Ports.free(), arrivals);
                Crew crew = new Crew(home, routes(receiver.port()), settings(servers))) {
            crew.start(PODS);
            List<Sender> senders = senders(crew);
            List<Future<?>> sending = new ArrayList<>();
            senders.forEach(sender -> sending.add(threads.submit(sender)));
            StallWatch watch = new StallWatch(
                    servers,
                    arrivals,
                    partitions.all(),
                    () -> unfinishedPartitions(arrivals, senders),
                    () -> refusals(senders),
                    new PodReports(crew),
                    STALL.plusSeconds(2),
                    LEASE_TTL.plusSeconds(1));
            Future<?> watching = threads.submit(watch);

            Resizes resizes = new Resizes(crew, partitions, random);
            Faults faults = new Faults(servers, crew, receiver, partitions.all(), random);
            try {
                strike(
                        faults.list().stream()
                                .filter(fault -> fault.name().contains(ONLY))
                                .collect(Collectors.toList()),
                        crew,
                        resizes);
            } catch (RuntimeException e) {
                report(arrivals, senders, watch, crew, resizes);
                throw e;
            }
            senders.forEach(Sender::stop);
            try {
                for (Future<?> each : sending) {
                    each.get(TO_RECOVER.toSeconds(), TimeUnit.SECONDS);
                }
            } catch (TimeoutException e) {
                report(arrivals, senders, watch, crew, resizes);
                throw e;
            }
            List<Job> last = last(senders);
            List<String> notDone = awaitNone(crew, () -> unfinished(arrivals, last));
            PodReports reports = new PodReports(crew);
            List<String> notCalm = awaitNone(crew, () -> unrest(servers, reports));
            watch.stop();
            watching.get();

            report(arrivals, senders, watch, crew, resizes);
            assertThat(notDone)
                    .as("jobs that did not arrive after the last fault")
                    .isEmpty();
            judge(servers, arrivals, senders);
            assertThat(faults.lacking())
                    .as("rights that the documentation lacks")
                    .isEmpty();
            assertThat(watch.unnamed()).isEmpty();
            assertThat(notCalm).as("what does not come to rest").isEmpty();
            assertThat(crew.stopAll()).as("pods that do not stop").isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }

    private static void judge(Servers servers, Arrivals arrivals, List<Sender> senders) {
        assertThat(arrivals.violations()).isEmpty();
        assertThat(senders.stream().flatMap(sender -> sender.client.violations().stream()))
                .isEmpty();
        assertThat(letters(servers)).as("dead letters").containsExactlyInAnyOrderElementsOf(refused(last(senders)));
    }

    private List<Sender> senders(Crew crew) {
        return List.of(
                new BulkSender("a", QUEUES, crew, new Random(seed), JOBS_A_SECOND),
                new BulkSender("b", QUEUES, crew, new Random(seed + 1), JOBS_A_SECOND),
                new SingleSender("c", QUEUES, crew, new Random(seed + 2), SINGLE_JOBS_A_SECOND));
    }

    /** One fault after the other, now and then two at once, and resizes among them: struck in the order of the list, mended the other way round. */
    private void strike(List<Fault> faults, Crew crew, Resizes resizes) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<Fault> shuffled = new ArrayList<>(faults);
        while (System.nanoTime() < end) {
            List<Runnable> mending = new ArrayList<>();
            long longest = 0;
            Collections.shuffle(shuffled, random);
            List<Fault> chosen = shuffled.subList(0, Math.min(shuffled.size(), random.nextInt(4) == 0 ? 2 : 1));
            chosen.sort(Comparator.comparingInt(faults::indexOf));
            if (RESIZES && random.nextBoolean()) {
                resizes.attempt();
            }
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

    /** Waits until nothing is left, and returns what is left after {@link #TO_RECOVER}. */
    private static List<String> awaitNone(Crew crew, Supplier<List<String>> left) {
        try {
            await().atMost(TO_RECOVER).until(() -> {
                crew.restartEnded();
                return left.get().isEmpty();
            });
            return List.of();
        } catch (ConditionTimeoutException e) {
            return left.get();
        }
    }

    private static List<Job> last(List<Sender> senders) {
        return senders.stream().flatMap(sender -> sender.last().stream()).toList();
    }

    private Set<String> unfinishedPartitions(Arrivals arrivals, List<Sender> senders) {
        long now = System.currentTimeMillis();
        return last(senders).stream()
                .filter(job -> job.due() < now && arrivals.lastFinished(job.queue(), job.key()) < job.seq())
                .flatMap(job -> partitions.of(job.queue(), job.key()).stream())
                .collect(Collectors.toSet());
    }

    private static List<Client.Refusal> refusals(List<Sender> senders) {
        return senders.stream()
                .flatMap(sender -> Stream.ofNullable(sender.client.refusal()))
                .toList();
    }

    private List<String> unfinished(Arrivals arrivals, List<Job> last) {
        return last.stream()
                .filter(job -> arrivals.lastFinished(job.queue(), job.key()) != job.seq())
                .map(job -> partitions.of(job.queue(), job.key()) + " " + job + ", finished "
                        + arrivals.lastFinished(job.queue(), job.key()))
                .toList();
    }

    /** The jobs that the receiver refuses for good. */
    private static List<String> refused(List<Job> last) {
        return last.stream()
                .flatMap(job -> IntStream.rangeClosed(0, job.seq())
                        .mapToObj(seq -> new Job(job.queue(), job.key(), seq, job.due())))
                .filter(Job::refused)
                .map(Job::body)
                .toList();
    }

    /** What is left in Redis though all jobs were answered, partitions without an owner, and what pods complain of. */
    private static List<String> unrest(Servers servers, PodReports reports) {
        List<String> unrest = new ArrayList<>();
        Map<String, Long> sizes = sizes(servers);
        for (int server = 0; server < servers.ports().size(); server++) {
            try (Resp resp = servers.connect(server)) {
                for (Object each : resp.list("KEYS", "*")) {
                    String key = String.valueOf(each);
                    if (key.matches("[A-Z]+:\\d+") && resp.number("XLEN", key) > 0) {
                        unrest.add(key + " has entries");
                    } else if (key.matches(".*:(held|delayed|attempts|staged)(:.*)?")) {
                        unrest.add(key + " is left");
                    } else if (key.endsWith(":lease")
                            && !retired(key, sizes)
                            && "0".equals(resp.call("HGET", key, "expires"))) {
                        unrest.add(key + " is free");
                    }
                }
            }
        }
        reports.read();
        unrest.addAll(reports.complaints());
        return unrest;
    }

    /** How many partitions each queue has. */
    private static Map<String, Long> sizes(Servers servers) {
        Map<String, Long> sizes = new HashMap<>();
        for (int server = 0; server < servers.ports().size(); server++) {
            try (Resp resp = servers.connect(server)) {
                for (Object key : resp.list("KEYS", "*:layout")) {
                    String queue = String.valueOf(key).replaceFirst("\\{(.*)}:layout", "$1");
                    sizes.put(queue, Long.parseLong(resp.text("HGET", String.valueOf(key), "partitions")));
                }
            }
        }
        return sizes;
    }

    /** Whether a resize has left the partition of a key behind. */
    private static boolean retired(String key, Map<String, Long> sizes) {
        String queue = key.substring(1, key.indexOf(':'));
        long index = Long.parseLong(key.substring(key.indexOf(':') + 1, key.indexOf('}')));
        return index >= sizes.getOrDefault(queue, 0L);
    }

    private static List<String> letters(Servers servers) {
        List<String> letters = new ArrayList<>();
        for (int server = 0; server < servers.ports().size(); server++) {
            try (Resp resp = servers.connect(server)) {
                for (Object key : resp.list("KEYS", "*:dead")) {
                    for (Object entry : resp.list("XRANGE", String.valueOf(key), "-", "+")) {
                        List<?> fields = (List<?>) ((List<?>) entry).get(1);
                        String reason = String.valueOf(fields.get(fields.indexOf("reason") + 1));
                        letters.add(
                                fields.get(fields.indexOf("body") + 1) + (reason.contains("400") ? "" : " " + reason));
                    }
                }
            }
        }
        return letters;
    }

    private void report(Arrivals arrivals, List<Sender> senders, StallWatch watch, Crew crew, Resizes resizes) {
        LogVolume volume = new LogVolume();
        crew.all().forEach(pod -> volume.add(pod.said()));
        Map<String, Integer> answers = new TreeMap<>();
        senders.forEach(s -> s.client.answers().forEach((answer, count) -> answers.merge(answer, count, Integer::sum)));
        Findings.note("seed " + seed + ", " + SECONDS + " s, faults " + struck + ", accepted "
                + senders.stream().mapToLong(Sender::accepted).sum() + ", " + arrivals.summary());
        Findings.note("stopped pods: " + crew.stops());
        Findings.note(resizes.answers().toString());
        arrivals.violations().forEach(Findings::note);
        answers.forEach((answer, count) -> Findings.note(String.format("%7d  %s", count, answer)));
        watch.named().forEach((reason, count) -> Findings.note(String.format("%7d stalls  %s", count, reason)));
        watch.unnamed().forEach(Findings::note);
        Findings.note(volume.table());
    }

    private static Map<String, String> settings(Servers servers) {
        return Map.of(
                "REDIS_URL", servers.uri(),
                "PARTITIONS", Integer.toString(PARTITIONS),
                "QBULL_LEASE_TTL", LEASE_TTL.toSeconds() + "s",
                "QBULL_QUEUES", String.join(",", QUEUES));
    }

    /** One queue runs keys in parallel. */
    private static int concurrency(String queue) {
        return queue.equals("MAILS") ? 8 : 1;
    }

    private static String routes(int port) {
        StringBuilder routes = new StringBuilder();
        for (String queue : QUEUES) {
            routes.append("""
                    - route:
                        id: %1$s
                        from:
                          uri: qbull:%1$s?backoff=200ms&maxBackoff=3s&stallAfter=%3$ds&concurrency=%4$d
                          steps:
                            - setHeader: {name: X-Place, simple: "${header.CamelQbullStreamId}"}
                            - setHeader: {name: X-Epoch, simple: "${header.CamelQbullEpoch}"}
                            - setHeader: {name: X-Partition, simple: "${header.CamelQbullPartition}"}
                            - removeHeaders:
                                pattern: "*"
                                excludePattern: X-.*
                            - to:
                                uri: http://127.0.0.1:%2$d/%1$s?httpMethod=POST&connectTimeout=2000&responseTimeout=5000
                    """.formatted(queue, port, STALL.toSeconds(), concurrency(queue)));
        }
        return routes.toString();
    }
}
