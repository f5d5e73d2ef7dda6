package io.qbull.app.bench;

import io.qbull.model.Causes;
import io.qbull.model.KeyHash;
import io.qbull.model.QueueName;
import io.qbull.store.redis.raw.RawClient;
import io.qbull.store.redis.raw.RawJob;
import io.qbull.store.redis.raw.RawQueue;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** What the parts of a run share: Redis, the names of queues and keys, and what they have found so far. Used by one thread. */
final class Scene {
    /** The most jobs of a raw enqueue call; more bring nothing. */
    static final int RAW_BATCH = 100;

    /** The most jobs of a raw fetch. */
    static final int RAW_FETCH = 64;

    /** Begins the names of all queues of the benchmark. */
    static final String PREFIX = "qbull-bench.";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Of the raw limit; longer than a run. */
    private static final Duration RAW_LEASE = Duration.ofDays(1);

    private final BenchOptions options;
    private final String redisUri;
    private final RawClient raw;
    private final Progress progress;
    private final List<Figure> figures = new ArrayList<>();
    private final List<Curve> curves = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private double throughRate;

    Scene(BenchOptions options, String redisUri, RawClient raw, Progress progress) {
        this.options = options;
        this.redisUri = redisUri;
        this.raw = raw;
        this.progress = progress;
    }

    BenchOptions options() {
        return options;
    }

    String redisUri() {
        return redisUri;
    }

    RawClient raw() {
        return raw;
    }

    Progress progress() {
        return progress;
    }

    /** A multiple of the stretch of time in which something is measured once. */
    Duration slice(double times) {
        return Duration.ofNanos((long) (options.slice().toNanos() * times));
    }

    /** The queue of a part. */
    static QueueName queue(Part part) {
        return new QueueName(PREFIX + part.text());
    }

    /** The queue as the raw limit works on it; its partitions take jobs. */
    RawQueue rawQueue(Part part, int partitions) {
        RawQueue queue = new RawQueue(raw, queue(part), partitions);
        queue.open();
        return queue;
    }

    /** As {@link #rawQueue}, with all leases. */
    RawQueue leased(Part part, int partitions) {
        RawQueue queue = rawQueue(part, partitions);
        queue.acquire(RAW_LEASE);
        return queue;
    }

    /** Options of one of two pods that share a queue. Alone it owns all partitions. */
    static String halves(int partitions) {
        return "partitions=" + partitions + "&partitionsPerPod=" + (partitions + 1) / 2;
    }

    /** Options of a pod that owns all partitions. */
    static String whole(int partitions) {
        return "partitions=" + partitions + "&partitionsPerPod=" + partitions;
    }

    /** The text of a key. */
    static String key(int number) {
        return "key" + number;
    }

    void add(Figure figure) {
        figures.add(figure);
    }

    void add(Curve curve) {
        curves.add(curve);
    }

    /** Notes what a part did to its jobs. */
    void judge(Part part, Findings findings, boolean repeats) {
        findings.violations(repeats).forEach(violation -> violations.add(part.text() + ": " + violation));
    }

    /** Notes a promise that was broken. */
    void violated(Part part, String what) {
        violations.add(part.text() + ": " + what);
    }

    /** The message of a failure. */
    static String why(Throwable failure) {
        Throwable cause = Causes.bare(failure);
        String message = cause == null ? null : cause.getMessage();
        return message == null ? String.valueOf(cause) : message;
    }

    /** Remembers how many jobs a second go through. */
    void throughRate(double perSecond) {
        throughRate = perSecond;
    }

    /** How many jobs a second go through; 0 if that was not measured. */
    double throughRate() {
        return throughRate;
    }

    List<Figure> figures() {
        return figures;
    }

    List<Curve> curves() {
        return curves;
    }

    List<String> violations() {
        return violations;
    }

    /** Fills a queue. */
    Deck fill(RawQueue queue, int partitions, long jobs) {
        Deck deck = new Deck(BenchOptions.keys(partitions));
        queue.fill(jobs(deck, partitions, () -> deck.count() < jobs), RAW_BATCH);
        return deck;
    }

    /** Jobs for the raw limit, as long as there are to be more. */
    Iterator<RawJob> jobs(Deck deck, int partitions, BooleanSupplier more) {
        return jobs(deck, partitions, more, () -> 0);
    }

    /**
     * As the other, for jobs that are sent at their time.
     *
     * @param due the time of the next one, as {@link System#nanoTime}
     */
    Iterator<RawJob> jobs(Deck deck, int partitions, BooleanSupplier more, LongSupplier due) {
        byte[][] keys = new byte[BenchOptions.keys(partitions)][];
        int[] places = new int[keys.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(i).getBytes(StandardCharsets.UTF_8);
            places[i] = (int) Long.remainderUnsigned(KeyHash.XXH64.hash(key(i)), partitions);
        }
        return new Supply<>(more, () -> {
            Payload job = deck.next(due.getAsLong());
            byte[] id = (job.key() + "-" + job.number()).getBytes(StandardCharsets.UTF_8);
            return new RawJob(places[job.key()], id, keys[job.key()], job.body(options.body()));
        });
    }

    /** Waits for something that the part cannot go on without. */
    static void await(String what, BooleanSupplier reached) throws InterruptedException {
        if (!reached(reached, () -> 0)) {
            throw new IllegalStateException("waited " + PATIENCE.toSeconds() + " s in vain " + what);
        }
    }

    /**
     * Waits for as long as there is progress.
     *
     * @param progress grows
     * @return false if it stood still for too long
     */
    static boolean reached(BooleanSupplier reached, LongSupplier progress) throws InterruptedException {
        long since = System.nanoTime();
        long seen = progress.getAsLong();
        while (!reached.getAsBoolean()) {
            long now = progress.getAsLong();
            if (now != seen) {
                seen = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > PATIENCE.toNanos()) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return true;
    }
}
