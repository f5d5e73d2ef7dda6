package io.qbull.app.bench;

import io.qbull.store.redis.raw.RawJob;
import io.qbull.store.redis.raw.RawQueue;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.BooleanSupplier;

/** Jobs per second into the queue. What was added is read back, so that a lost or overtaken job is found. */
final class EnqueueMeasurement implements Measurement {
    private static final Part PART = Part.ENQUEUE;

    @Override
    public void run(Scene scene) throws Exception {
        int partitions = scene.options().partitions();
        RawQueue raw = scene.leased(PART, partitions);
        try (Sender sender = Sender.to(scene, Scene.queue(PART), partitions)) {
            Rounds rounds = new Rounds(scene, PART)
                    .with(
                            "raw, one at a time",
                            round -> stretch(scene, raw, (deck, more) -> {
                                Iterator<RawJob> jobs = scene.jobs(deck, partitions, more);
                                while (jobs.hasNext()) {
                                    raw.add(jobs.next()).toCompletableFuture().join();
                                }
                            }))
                    .with("one at a time", round -> stretch(scene, raw, sender::single))
                    .with(
                            "raw, in batches",
                            round -> stretch(
                                    scene,
                                    raw,
                                    (deck, more) -> raw.fill(scene.jobs(deck, partitions, more), Scene.RAW_BATCH)))
                    .with("concurrent", round -> stretch(scene, raw, sender::concurrent))
                    .with("many in one body", round -> stretch(scene, raw, sender::bulk));
            rounds.run();
            scene.add(Figure.rate(
                    PART, "one at a time", rounds.rates("one at a time"), rounds.rates("raw, one at a time")));
            scene.add(Figure.rate(PART, "concurrent", rounds.rates("concurrent"), rounds.rates("raw, in batches")));
            scene.add(Figure.rate(
                    PART, "many in one body", rounds.rates("many in one body"), rounds.rates("raw, in batches")));
            sender.judge(scene, PART);
        }
        raw.remove();
    }

    /** Adds jobs until the time is over. */
    @FunctionalInterface
    private interface Adding {
        void run(Deck deck, BooleanSupplier more) throws Exception;
    }

    private static double stretch(Scene scene, RawQueue raw, Adding adding) throws Exception {
        Deck deck = new Deck(scene.options().keys());
        Duration half = scene.slice(0.5);
        long begin = System.nanoTime();
        adding.run(deck, () -> System.nanoTime() - begin < half.toNanos());
        double rate = Rounds.perSecond(deck.count(), begin);
        verify(scene, raw, deck);
        return rate;
    }

    private static void verify(Scene scene, RawQueue raw, Deck deck) {
        long added = raw.backlog();
        if (added != deck.count()) {
            scene.violated(PART, deck.count() + " jobs were sent, and " + added + " are in the queue");
        }
        Tally tally = new Tally(scene.options().keys());
        raw.drain(added, Scene.RAW_FETCH, body -> {
                    Payload job = Payload.of(body);
                    tally.started(job);
                    tally.ended(job);
                })
                .toCompletableFuture()
                .join();
        scene.judge(PART, tally.findings(deck.dealt()), false);
    }
}
