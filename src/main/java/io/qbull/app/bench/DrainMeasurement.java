package io.qbull.app.bench;

import io.qbull.model.QueueName;
import io.qbull.store.redis.raw.RawQueue;
import java.time.Duration;

/** Jobs per second out of a queue with a backlog, through a route that does nothing. */
final class DrainMeasurement implements Measurement {
    private static final Part PART = Part.DRAIN;
    private static final long FEWEST = 2000;
    /** Jobs per second that are expected of a JVM that has just begun. */
    private static final double COLD = 50_000;

    private static final double MEGABYTE = 1e6;

    private long heap;
    /** Jobs per second of the last round, from which the next one gets its jobs. */
    private double last;

    @Override
    public void run(Scene scene) throws Exception {
        Rounds rounds = new Rounds(scene, PART)
                .with("raw", round -> raw(scene, round))
                .with("drain", round -> qbull(scene, round));
        rounds.run();
        scene.add(Figure.rate(PART, "a route that does nothing", rounds.rates("drain"), rounds.rates("raw")));
        if (heap > 0) {
            scene.add(
                    new Figure(PART.text(), "heap after collections, at most", "", heap / MEGABYTE, "MB", null, null));
        }
    }

    private long jobs(Scene scene, int round) {
        if (scene.options().jobs() > 0) {
            return scene.options().jobs();
        }
        return Math.max(FEWEST, fitting(round == 0 || last == 0 ? COLD : last, scene.slice(1)));
    }

    private static long fitting(double perSecond, Duration time) {
        return (long) (perSecond * time.toNanos() / 1e9);
    }

    private double raw(Scene scene, int round) {
        RawQueue queue = scene.leased(PART, scene.options().partitions());
        Deck deck = scene.fill(queue, scene.options().partitions(), jobs(scene, round));
        long begin = System.nanoTime();
        queue.drain(deck.count(), Scene.RAW_FETCH, body -> {})
                .toCompletableFuture()
                .join();
        double rate = Rounds.perSecond(deck.count(), begin);
        queue.remove();
        return rate;
    }

    private double qbull(Scene scene, int round) throws Exception {
        int partitions = scene.options().partitions();
        QueueName name = Scene.queue(PART);
        RawQueue queue = scene.rawQueue(PART, partitions);
        Deck deck = scene.fill(queue, scene.options().partitions(), jobs(scene, round));
        Run run = new Run(deck.count(), scene.options().keys());
        String options = Scene.whole(partitions);
        try (HeapWatch watch = HeapWatch.open();
                BenchPod pod = BenchPod.consuming(scene.redisUri(), name, options, run::job)) {
            run.await();
            Scene.await("for the last commit by " + pod.context().getName(), () -> queue.backlog() == 0);
            last = run.rate();
            heap = Math.max(heap, watch.largest());
        }
        scene.judge(PART, run.tally().findings(deck.dealt()), false);
        queue.remove();
        return last;
    }
}
