package io.qbull.app.bench;

import io.qbull.model.QueueName;
import io.qbull.store.redis.raw.RawQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.apache.camel.Exchange;

/**
 * How long the jobs of many keys wait while one more key has as many jobs as all of them together, beside the same without that key. All
 * are in one partition, and come at a steady rate, whether earlier ones are done or not: a job that is sent late counts from when it was
 * to be sent. One worker is enough for the jobs of the busy key.
 */
final class HotKeyMeasurement implements Measurement {
    private static final Part PART = Part.HOTKEY;
    private static final int PARTITIONS = 1;
    private static final int CONCURRENCY = 16;
    private static final int JOB_MILLIS = 1;
    /** Jobs of all other keys a second; so many come of the busy key. It keeps its worker busy for two fifths of the time. */
    private static final double PER_SECOND = 400;

    private static final String WITHOUT = "without";
    private static final String WITH = "beside";

    /** The 99th percentile for the busy key, in milliseconds. */
    private final List<Double> own = new ArrayList<>();

    @Override
    public void run(Scene scene) throws Exception {
        Rounds rounds = new Rounds(scene, PART)
                .with(WITHOUT, round -> new Round(scene, false).p99())
                .with(WITH, round -> {
                    Round measured = new Round(scene, true);
                    double others = measured.p99();
                    if (round > 0) {
                        own.add(millis(measured.own));
                    }
                    return others;
                });
        rounds.run();
        double with = Figure.median(rounds.rates(WITH));
        double without = Figure.median(rounds.rates(WITHOUT));
        String load = String.format(Locale.ROOT, "%,.0f/s and %,.0f/s", PER_SECOND, PER_SECOND);
        scene.add(Figure.millis(PART, "other keys, p99", with, without).noted(load));
        scene.add(Figure.millis(PART, "busy key, p99", Figure.median(own), null).noted(load));
    }

    private static double millis(Histogram times) {
        return times.getValueAtPercentile(99) / 1e6;
    }

    /** A pod and a sender. */
    private static final class Round {
        private final Scene scene;
        private final double perSecond;
        private final Histogram others = new ConcurrentHistogram(3);
        private final Histogram own = new ConcurrentHistogram(3);
        private final Tally tally = new Tally(BenchOptions.keys(PARTITIONS));
        private final Deck deck;
        private long counting;

        /**
         * @param hot whether one key has half of all jobs; else it has none
         */
        Round(Scene scene, boolean hot) {
            this.scene = scene;
            this.perSecond = hot ? 2 * PER_SECOND : PER_SECOND;
            this.deck = Deck.beside(BenchOptions.keys(PARTITIONS), hot);
        }

        /** For the other keys, in milliseconds. The first tenth of the time warms up and does not count. */
        double p99() throws Exception {
            QueueName name = Scene.queue(PART);
            RawQueue queue = scene.rawQueue(PART, PARTITIONS);
            String options = Scene.whole(PARTITIONS) + "&concurrency=" + CONCURRENCY;
            try (BenchPod pod = BenchPod.consuming(scene.redisUri(), name, options, this::job);
                    Sender sender = Sender.to(scene, name, PARTITIONS)) {
                Scene.await("for the lease of " + pod.context().getName(), () -> queue.owned() == PARTITIONS);
                long begin = System.nanoTime();
                counting = begin + scene.slice(0.1).toNanos();
                long until = begin + scene.slice(1).toNanos();
                sender.openLoop(deck, perSecond, due -> due < until);
                var unused = Scene.reached(() -> tally.done() == deck.count(), tally::done);
                sender.judge(scene, PART);
                Scene.await("for the last commit", () -> queue.backlog() == 0);
            }
            scene.judge(PART, tally.findings(deck.dealt()), false);
            queue.remove();
            return millis(others);
        }

        private void job(Exchange exchange) throws InterruptedException {
            long now = System.nanoTime();
            Payload job = BenchPod.payload(exchange);
            tally.started(job);
            if (job.due() >= counting) {
                (job.key() == 0 ? own : others).recordValue(Math.max(0, now - job.due()));
            }
            TimeUnit.MILLISECONDS.sleep(JOB_MILLIS);
            tally.ended(job);
        }
    }
}
