package io.qbull.app.bench;

import io.qbull.model.QueueName;
import io.qbull.store.redis.raw.RawJob;
import io.qbull.store.redis.raw.RawQueue;
import io.qbull.store.redis.raw.RawReader;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.apache.camel.Exchange;

/**
 * The time from when a job is to be sent to the first step of its route, at steady rates. A job that is sent late, because the sender was
 * held up, counts from when it was to be sent, so that a pause is not hidden by the jobs that were not sent in it.
 */
final class LatencyMeasurement implements Measurement {
    private static final Part PART = Part.LATENCY;
    private static final double IDLE_RATE = 100;
    private static final List<Integer> LOADS = List.of(10, 50, 80);
    /** Of the jobs sent; if fewer have run when the last one is sent, the machine does not carry the load. */
    private static final double CARRIED = 0.8;

    @Override
    public void run(Scene scene) throws Exception {
        if (scene.throughRate() == 0) {
            new ThroughMeasurement().rate(scene);
        }
        measure(scene, "idle", IDLE_RATE);
        for (int load : LOADS) {
            measure(scene, "at " + load + " %", scene.throughRate() * load / 100);
        }
    }

    private static void measure(Scene scene, String name, double perSecond) throws Exception {
        scene.progress().say(PART.text() + ": " + name + ", raw");
        Curve raw = Curve.of("raw, " + name, raw(scene, perSecond));
        scene.progress().say(PART.text() + ": " + name);
        Load load = new Load(scene, perSecond);
        Curve qbull = Curve.of(name, load.run());
        String note = String.format(Locale.ROOT, "%,.0f/s", perSecond) + (load.carried ? "" : ", not carried");
        for (double percentile : new double[] {50, 99}) {
            String which = String.format(Locale.ROOT, "%s, p%.0f", name, percentile);
            scene.add(Figure.millis(PART, which, qbull.at(percentile), raw.at(percentile))
                    .noted(note));
        }
        scene.add(qbull);
        scene.add(raw);
    }

    /** Nanoseconds, with three digits that count. */
    private static Histogram histogram() {
        return new ConcurrentHistogram(3);
    }

    /** One script call for each job, and a blocking read that does nothing but delete. */
    @SuppressWarnings("try") // The reader works by itself until it is closed.
    private static Histogram raw(Scene scene, double perSecond) throws Exception {
        int partitions = scene.options().partitions();
        RawQueue queue = scene.rawQueue(PART, partitions);
        Histogram times = histogram();
        Tally tally = new Tally(scene.options().keys());
        Deck deck = new Deck(scene.options().keys());
        long begin = System.nanoTime();
        long counting = begin + scene.slice(0.05).toNanos();
        long[] due = {begin};
        Iterator<RawJob> jobs = scene.jobs(deck, partitions, () -> true, () -> due[0]);
        try (RawReader reader = queue.read(body -> {
            long now = System.nanoTime();
            Payload job = Payload.of(body);
            tally.ended(job);
            if (job.due() >= counting) {
                times.recordValue(Math.max(0, now - job.due()));
            }
        })) {
            long until = begin + scene.slice(0.5).toNanos();
            for (long i = 0; due[0] < until; i++) {
                for (long early = due[0] - System.nanoTime(); early > 0; early = due[0] - System.nanoTime()) {
                    LockSupport.parkNanos(early);
                }
                var unused = queue.add(jobs.next());
                due[0] = begin + (long) ((i + 1) * 1e9 / perSecond);
            }
            Scene.await("for all jobs", () -> tally.done() == deck.count());
        }
        queue.remove();
        return times;
    }

    /** A pod and a sender at one rate. */
    private static final class Load {
        private final Scene scene;
        private final double perSecond;
        private final Histogram times = histogram();
        private final Tally tally;
        private final Deck deck;
        private long counting;
        private boolean carried;

        Load(Scene scene, double perSecond) {
            this.scene = scene;
            this.perSecond = perSecond;
            this.tally = new Tally(scene.options().keys());
            this.deck = new Deck(scene.options().keys());
        }

        private void job(Exchange exchange) {
            long now = System.nanoTime();
            Payload job = BenchPod.payload(exchange);
            tally.started(job);
            tally.ended(job);
            if (job.due() >= counting) {
                times.recordValue(Math.max(0, now - job.due()));
            }
        }

        /** The first tenth of the time warms up and does not count. */
        Histogram run() throws Exception {
            int partitions = scene.options().partitions();
            QueueName name = Scene.queue(PART);
            RawQueue queue = scene.rawQueue(PART, partitions);
            String options = Scene.whole(partitions);
            try (BenchPod pod = BenchPod.consuming(scene.redisUri(), name, options, this::job);
                    Sender sender = Sender.to(scene, name, partitions)) {
                Scene.await("for leases of " + pod.context().getName(), () -> queue.owned() == partitions);
                long begin = System.nanoTime();
                counting = begin + scene.slice(0.1).toNanos();
                long until = begin + scene.slice(1.1).toNanos();
                sender.openLoop(deck, perSecond, due -> due < until);
                carried = tally.done() >= deck.count() * CARRIED;
                var unused = Scene.reached(() -> tally.done() == deck.count(), tally::done);
                sender.judge(scene, PART);
                Scene.await("for the last commit", () -> queue.backlog() == 0);
            }
            scene.judge(PART, tally.findings(deck.dealt()), false);
            queue.remove();
            return times;
        }
    }
}
