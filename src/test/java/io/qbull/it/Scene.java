package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.it.Event.JobRef;
import io.qbull.it.History.Left;
import io.qbull.it.History.Place;
import io.qbull.it.History.PodLife;
import io.qbull.it.History.Remains;
import io.qbull.model.StreamId;
import io.qbull.testing.Findings;
import io.qbull.testing.HeldSet;
import io.qbull.testing.Patience;
import io.qbull.testing.QueueInvariants;
import io.qbull.testing.RedisServer;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Redis of its own, pods that use it, and the check of what happened. Logs and the append-only file stay under {@code it/NAME} in the
 * build directory for later inspection.
 */
final class Scene implements AutoCloseable {
    /** The queue of every scene. */
    static final String QUEUE = "IT";

    final RedisServer redis;
    final Pods pods;
    final LocalPods localPods;
    final int partitions;
    final Stalls stalls = Stalls.watching();
    private final String name;
    private final String options;
    private final Path folder;
    /** The largest number of partitions that the queue has in the course of the test. */
    private int most;

    private @Nullable OtherQueues others;

    /**
     * @param name of the test
     * @param partitions of the queue
     * @param options of the consumers, besides the partitions
     */
    Scene(String name, int partitions, String options) {
        this.name = name;
        this.partitions = partitions;
        this.most = partitions;
        this.folder = Path.of(System.getProperty("qbull.build.directory", "target"), "it", name)
                .toAbsolutePath();
        try {
            if (Files.exists(folder)) {
                try (Stream<Path> old = Files.walk(folder)) {
                    old.sorted(Comparator.reverseOrder())
                            .forEach(file -> file.toFile().delete());
                }
            }
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        redis = RedisServer.start("--dir", folder.toString(), "--auto-aof-rewrite-percentage", "0");
        this.options = "partitions=" + partitions + "&" + options;
        pods = new Pods(folder, redis.uri(), QUEUE, this.options);
        localPods = new LocalPods(folder, redis.uri(), "qbull:" + QUEUE + "?" + this.options);
    }

    /** Lets the pods that are spawned from now on have more queues, if this run has any. */
    Scene amongOtherQueues() {
        others = new OtherQueues(this, options);
        return this;
    }

    /** Lets the queue be resized, to no more than so many partitions. */
    Scene upTo(int partitionsAtMost) {
        most = partitionsAtMost;
        return this;
    }

    /** A producer that connects to Redis directly; {@code work} is the work of its jobs, with a blank in front. */
    Producer producer(int keys, String work) {
        return producer(redis.uri(), keys, work);
    }

    /** A producer whose keys begin with {@code prefix}, with options besides the partitions. */
    Producer producerOf(String prefix, int keys, String more) {
        return new Producer(redis.uri(), QUEUE, "partitions=" + partitions + more, prefix, keys, "");
    }

    /** A producer that connects to {@code uri}. */
    Producer producer(String uri, int keys, String work) {
        return new Producer(uri, QUEUE, "partitions=" + partitions, keys, work);
    }

    /**
     * The number of jobs that are not done, in streams or held, plus the number of held keys; of a queue that is resized also delayed jobs
     * and what is on its way.
     */
    long backlog() {
        return backlog(QUEUE, most) + (most == partitions ? 0 : onTheirWay());
    }

    private long onTheirWay() {
        try (Resp resp = redis.connect()) {
            long sum = 0;
            for (int p = 0; p < most; p++) {
                String tag = "{" + QUEUE + ":" + p + "}:";
                sum += resp.number("HLEN", tag + "staged") + resp.number("ZCARD", tag + "delayed");
            }
            return sum;
        }
    }

    /** The same of another queue. */
    long backlog(String queue, int count) {
        try (Resp resp = redis.connect()) {
            long sum = 0;
            for (int p = 0; p < count; p++) {
                String held = "{" + queue + ":" + p + "}:held";
                sum += resp.number("XLEN", queue + ":" + p)
                        + resp.number("HLEN", held)
                        + HeldSet.count(resp, held + ":jobs");
            }
            return sum;
        }
    }

    /** How many keys of a partition run side by side. */
    private int concurrency() {
        Matcher option = Pattern.compile("concurrency=(\\d+)").matcher(options);
        return option.find() ? Integer.parseInt(option.group(1)) : 1;
    }

    /** Waits until every job is done and no key is held. From now on other queues get no jobs. */
    void awaitDrained() {
        if (others != null) {
            others.finish();
        }
        await("no job waits")
                .atMost(Patience.LIMIT.multipliedBy(2))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> backlog() + (others == null ? 0 : others.backlog()) == 0);
    }

    /** Waits until each partition has a valid lease and no owner is in {@code nobodyOf}. */
    void awaitOwned(String... nobodyOf) {
        await("every partition owned").pollInterval(Duration.ofMillis(20)).until(() -> {
            List<String> owners = owners();
            return !owners.contains("") && List.of(nobodyOf).stream().noneMatch(owners::contains);
        });
    }

    /** The pod that owns most partitions. */
    String busiest() {
        Map<String, Long> held = owners().stream().collect(Collectors.groupingBy(o -> o, Collectors.counting()));
        return Collections.max(held.entrySet(), Map.Entry.comparingByValue()).getKey();
    }

    /** The owner of each partition; empty where the lease has expired. */
    List<String> owners() {
        try (Resp resp = redis.connect()) {
            List<?> time = resp.list("TIME");
            long now = Long.parseLong((String) time.get(0)) * 1000;
            List<String> owners = new ArrayList<>();
            for (int p = 0; p < partitions; p++) {
                List<?> lease = resp.list("HMGET", "{" + QUEUE + ":" + p + "}:lease", "owner", "expires");
                Object owner = lease.get(0);
                Object expires = lease.get(1);
                boolean lives = owner != null && expires != null && Long.parseLong((String) expires) > now;
                owners.add(lives ? String.valueOf(owner).replaceFirst("#.*", "") : "");
            }
            return owners;
        }
    }

    /** The history so far. */
    History history(List<History.Sent> sent) {
        try (Resp resp = redis.connect()) {
            List<PodLife> lives = new ArrayList<>(pods.history());
            lives.addAll(localPods.history());
            return new History(lives, sent, remains(resp));
        }
    }

    /** Checks the history and prints the figures; fails if Redis's own record contradicts the pods. */
    Report judge(List<History.Sent> sent, List<Disruption> excuses) {
        try (Resp resp = redis.connect()) {
            QueueInvariants.check(List.of(resp));
        }
        if (others != null) {
            others.check();
        }
        History history = history(sent);
        Report report = HistoryChecker.check(history, concurrency(), excuses);
        List<Violation> byRedis = new ArrayList<>();
        int removed = aof(history, byRedis::add);
        String text = "== " + name + System.lineSeparator() + report.table() + "the machine stood still for "
                + stalls.total().toMillis() + " ms" + System.lineSeparator() + "removals in Redis's own order "
                + removed + ", not under the epoch in force " + byRedis.size() + System.lineSeparator();
        Findings.note(text);
        write(text);
        assertThat(byRedis).as("append-only file").isEmpty();
        return report;
    }

    private void write(String text) {
        try {
            Files.writeString(folder.resolve("report.txt"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int aof(History history, Consumer<Violation> violations) {
        AofHistory aof = new AofHistory(QUEUE);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".aof")).sorted().toList()) {
                aof.read(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return aof.compare(history, violations);
    }

    /** The fields that the dead letters of all partitions have beside those of their jobs. */
    List<Map<String, String>> deadLetters() {
        return deadLetters(QUEUE, most);
    }

    /** The same of another queue. */
    List<Map<String, String>> deadLetters(String queue, int count) {
        try (Resp resp = redis.connect()) {
            List<Map<String, String>> letters = new ArrayList<>();
            for (int p = 0; p < count; p++) {
                for (Object entry : resp.list("XRANGE", "{" + queue + ":" + p + "}:dead", "-", "+")) {
                    List<?> fields = (List<?>) ((List<?>) entry).get(1);
                    Map<String, String> letter = new HashMap<>();
                    for (int i = 0; i < fields.size(); i += 2) {
                        letter.put((String) fields.get(i), (String) fields.get(i + 1));
                    }
                    letters.add(letter);
                }
            }
            return letters;
        }
    }

    private Remains remains(Resp resp) {
        List<Left> waiting = new ArrayList<>();
        List<Left> dead = new ArrayList<>();
        for (int p = 0; p < most; p++) {
            List<Object> entries = new ArrayList<>(resp.list("XRANGE", QUEUE + ":" + p, "-", "+"));
            for (HeldSet.Held held : HeldSet.read(resp, "{" + QUEUE + ":" + p + "}:held:jobs")) {
                entries.add(List.of(held.streamId(), held.fields()));
            }
            for (Object entry : entries) {
                List<?> pair = (List<?>) entry;
                waiting.add(new Left(job(pair), new Place(p, StreamId.parse((String) pair.get(0)))));
            }
            for (Object entry : resp.list("XRANGE", "{" + QUEUE + ":" + p + "}:dead", "-", "+")) {
                dead.add(new Left(job((List<?>) entry), null));
            }
        }
        return new Remains(waiting, dead);
    }

    private static JobRef job(List<?> entry) {
        List<?> fields = (List<?>) entry.get(1);
        return JobRef.parse((String) fields.get(fields.indexOf("body") + 1));
    }

    @Override
    public void close() {
        stalls.close();
        if (others != null) {
            others.close();
        }
        localPods.close();
        pods.close();
        redis.close();
    }
}
