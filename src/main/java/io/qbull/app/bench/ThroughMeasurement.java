package io.qbull.app.bench;

import io.qbull.model.QueueName;
import io.qbull.store.redis.raw.RawQueue;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Jobs per second from the producer to the end of a route that does nothing, while both work. */
final class ThroughMeasurement implements Measurement {
    private static final Part PART = Part.THROUGH;
    private static final long FIRST = 20_000;
    private static final long FEWEST = 2000;

    private double last;

    @Override
    public void run(Scene scene) throws Exception {
        List<Double> rates = rate(scene);
        Rounds limit = new Rounds(scene, PART).with("raw", round -> raw(scene, round));
        limit.run();
        scene.add(Figure.rate(PART, "producer to end of route", rates, limit.rates("raw")));
    }

    /**
     * Measures the queue alone, and tells the scene.
     *
     * @return the rates of the rounds
     */
    List<Double> rate(Scene scene) throws Exception {
        int partitions = scene.options().partitions();
        QueueName queue = Scene.queue(PART);
        Current current = new Current();
        String options = Scene.whole(partitions);
        RawQueue watched = scene.rawQueue(PART, partitions);
        Rounds rounds = new Rounds(scene, PART);
        try (BenchPod pod = BenchPod.consuming(scene.redisUri(), queue, options, job -> current.run.job(job));
                Sender sender = Sender.to(scene, queue, partitions)) {
            Scene.await("for leases of " + pod.context().getName(), () -> watched.owned() == partitions);
            rounds.with("queue", round -> qbull(scene, current, sender, round)).run();
            sender.judge(scene, PART);
            Scene.await("for the last commit", () -> watched.backlog() == 0);
        }
        watched.remove();
        scene.throughRate(Figure.median(rounds.rates("queue")));
        return rounds.rates("queue");
    }

    /** The round that the pod's jobs belong to. */
    private static final class Current {
        private volatile Run run = new Run(0, 0);
    }

    private long jobs(Scene scene, int round) {
        return round == 0
                ? FIRST
                : Math.max(FEWEST, (long) (last * scene.slice(1).toNanos() / 1e9));
    }

    private double qbull(Scene scene, Current current, Sender sender, int round) throws Exception {
        long jobs = jobs(scene, round);
        Deck deck = new Deck(scene.options().keys());
        Run run = new Run(jobs, scene.options().keys());
        current.run = run;
        long begin = System.nanoTime();
        sender.concurrent(deck, () -> deck.count() < jobs);
        run.await();
        last = Rounds.perSecond(jobs, begin);
        scene.judge(PART, run.tally().findings(deck.dealt()), false);
        return last;
    }

    private double raw(Scene scene, int round) {
        int partitions = scene.options().partitions();
        RawQueue queue = scene.leased(PART, partitions);
        long jobs = jobs(scene, round);
        Deck deck = new Deck(scene.options().keys());
        long begin = System.nanoTime();
        CompletionStage<Void> end = queue.drain(jobs, Scene.RAW_FETCH, body -> {});
        queue.fill(scene.jobs(deck, partitions, () -> deck.count() < jobs), Scene.RAW_BATCH);
        end.toCompletableFuture().join();
        double rate = Rounds.perSecond(jobs, begin);
        queue.remove();
        return rate;
    }
}
