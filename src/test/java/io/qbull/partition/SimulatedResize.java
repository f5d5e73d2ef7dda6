package io.qbull.partition;

import static java.util.Objects.requireNonNull;

import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Resizes by which jobs come to a partition, one after another: the marker, then the jobs of other partitions little by little, those that
 * were held there first, then the start. Each brings keys that nobody has met before; what is added of them behind the marker waits for
 * the start, as all that is added.
 */
final class SimulatedResize {
    private static final int SOURCES = 2;
    private static final int KEYS = 2;
    private static final int LAST_VERSION = 3;

    private final Random random;
    private final PumpSimulation.Backend backend;
    private final Jobs jobs;
    private final List<Source> sources = new ArrayList<>();
    private int version = 1;
    private boolean started = true;

    /**
     * A job that comes.
     *
     * @param id its id
     * @param key its key
     * @param origin its id in the stream of the other partition
     * @param held whether it was held there
     * @param failed how often it has failed; above zero only of the first held job of a key
     */
    record Arriving(String id, String key, StreamId origin, boolean held, int failed) {}

    /**
     * Another partition.
     *
     * @param segment into which its jobs are copied
     * @param rest those that are not yet
     */
    private record Source(Segment segment, Deque<Arriving> rest) {}

    /** Where jobs come from. */
    interface Jobs {
        /** A new job that is not in the partition yet. */
        Arriving create(String key, StreamId origin, boolean held, boolean first);

        /** It is there now. */
        void arrived(String id);

        /** What was added since the marker may run now. */
        void started();
    }

    SimulatedResize(Random random, PumpSimulation.Backend backend, Jobs jobs) {
        this.random = random;
        this.backend = backend;
        this.jobs = jobs;
    }

    /** Whether what is added now waits for a start. */
    boolean gated() {
        return !started;
    }

    /** A key that came by one of the resizes so far; null if there is none. */
    String key(String other) {
        return version == 1 ? other : "v" + (2 + random.nextInt(version - 1)) + "c" + random.nextInt(SOURCES * KEYS);
    }

    /** Does the next thing, perhaps. Says whether the owner hears of it. */
    boolean step() {
        if (started) {
            if (version < LAST_VERSION && random.nextInt(20) == 0) {
                seal();
            }
            return false;
        }
        List<Source> left =
                sources.stream().filter(source -> !source.rest.isEmpty()).toList();
        if (left.isEmpty()) {
            if (random.nextInt(10) == 0) {
                start();
                return true;
            }
            return false;
        }
        if (random.nextInt(4) == 0) {
            copy(left.get(random.nextInt(left.size())));
            return true;
        }
        return false;
    }

    /** Ends the resize under way. */
    void finish() {
        if (!started) {
            for (Source source : sources) {
                while (!source.rest.isEmpty()) {
                    copy(source);
                }
            }
            start();
        }
    }

    private void seal() {
        version++;
        started = false;
        sources.clear();
        for (int source = 0; source < SOURCES; source++) {
            Deque<Arriving> held = new ArrayDeque<>();
            List<Arriving> plain = new ArrayList<>();
            for (int k = 0; k < KEYS; k++) {
                String key = "v" + version + "c" + (source * KEYS + k);
                int count = random.nextInt(20);
                int first = random.nextBoolean() ? random.nextInt(count + 1) : 0;
                for (int i = 0; i < count; i++) {
                    StreamId origin = new StreamId(1 + i, 1_000L * version + 100L * source + k);
                    Arriving job = jobs.create(key, origin, i < first, i == 0);
                    if (job.held()) {
                        held.add(job);
                    } else {
                        plain.add(random.nextInt(plain.size() + 1), job);
                    }
                }
            }
            held.addAll(inOrder(plain));
            sources.add(new Source(new Segment(version, 7 + source), held));
        }
        backend.mark(version);
    }

    /** Keys take turns at random, each in its order. */
    private static List<Arriving> inOrder(List<Arriving> mixed) {
        Map<String, Deque<Arriving>> lines = new TreeMap<>();
        mixed.stream()
                .sorted((one, other) -> one.origin().compareTo(other.origin()))
                .forEach(job -> lines.computeIfAbsent(job.key(), any -> new ArrayDeque<>())
                        .add(job));
        return mixed.stream()
                .map(job -> requireNonNull(lines.get(job.key())).remove())
                .toList();
    }

    private void copy(Source source) {
        Deque<Arriving> rest = source.rest;
        List<Arriving> some = new ArrayList<>();
        for (int count = 1 + random.nextInt(6); count > 0 && !rest.isEmpty(); count--) {
            some.add(rest.remove());
        }
        backend.copy(source.segment, some);
        some.forEach(job -> jobs.arrived(job.id()));
    }

    private void start() {
        backend.start(version);
        started = true;
        jobs.started();
    }
}
