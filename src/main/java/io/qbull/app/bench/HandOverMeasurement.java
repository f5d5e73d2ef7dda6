package io.qbull.app.bench;

import io.qbull.store.redis.raw.RawQueue;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long partitions pause when a second pod joins and gets its share, and when it stops and gives it back: from the end of the last job
 * at one pod to the start of the first at the other. No job may run twice.
 */
final class HandOverMeasurement implements Measurement {
    private static final Part PART = Part.HANDOVER;
    private static final String FIRST = "first";
    private static final String SECOND = "second";
    private static final long SOME_JOBS_MILLIS = 300;

    private final Events events = new Events();
    private final Tally tally;
    private final Deck deck;

    HandOverMeasurement(BenchOptions options) {
        this.tally = new Tally(options.keys());
        this.deck = new Deck(options.keys());
    }

    @Override
    public void run(Scene scene) throws Exception {
        int partitions = scene.options().partitions();
        RawQueue watched = scene.rawQueue(PART, partitions);
        scene.progress().say(PART.text() + ": a pod joins and stops");
        try (BenchPod first = pod(scene, FIRST);
                Sender sender = Sender.to(scene, Scene.queue(PART), partitions)) {
            Scene.await("for leases of " + first.context().getName(), () -> watched.owned(FIRST) == partitions);
            try (SteadyLoad load = SteadyLoad.start(sender, deck, partitions)) {
                Scene.await(
                        "for jobs, " + load.perSecond() + " a second", () -> events.partitions(FIRST) == partitions);
                try (BenchPod second = pod(scene, SECOND)) {
                    Scene.await(
                            "for " + second.context().getName() + " to get its share",
                            () -> watched.owned(SECOND) == partitions / 2);
                    TimeUnit.MILLISECONDS.sleep(SOME_JOBS_MILLIS);
                }
                Scene.await("for the partitions to be given back", () -> watched.owned(FIRST) == partitions);
                TimeUnit.MILLISECONDS.sleep(SOME_JOBS_MILLIS);
            }
            var unused = Scene.reached(() -> tally.done() == deck.count(), tally::done);
            Scene.await("for the last commit", () -> watched.backlog() == 0);
            sender.judge(scene, PART);
        }
        scene.judge(PART, tally.findings(deck.dealt()), false);
        report(scene, Events.moves(events.all()));
        watched.remove();
    }

    private BenchPod pod(Scene scene, String name) throws Exception {
        String options = Scene.halves(scene.options().partitions()) + "&podId=" + name;
        return BenchPod.consuming(scene.redisUri(), Scene.queue(PART), options, exchange -> {
            long begin = System.nanoTime();
            Payload job = BenchPod.payload(exchange);
            tally.started(job);
            tally.ended(job);
            events.add(new Events.Event(name, BenchPod.partition(exchange), job, begin, System.nanoTime()));
        });
    }

    private static void report(Scene scene, List<Double> pauses) {
        if (pauses.isEmpty()) {
            scene.violated(PART, "no partition went to the second pod");
            return;
        }
        scene.add(Figure.pause(PART, "longest pause", Figure.largest(pauses), null)
                .noted(pauses.size() + " moves"));
        scene.add(Figure.pause(PART, "median pause", Figure.median(pauses), null));
    }
}
