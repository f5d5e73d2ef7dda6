package io.qbull.app.bench;

import io.qbull.store.redis.raw.RawQueue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.AsyncProcessorSupport;

/**
 * Jobs per second when a job takes its time and many keys of a partition run at once. The limit is what the keys that may run at once could
 * do if nothing else took time. The jobs block their thread, or they do not.
 */
final class KeysMeasurement implements Measurement {
    private static final Part PART = Part.KEYS;
    private static final int PARTITIONS = 8;
    private static final int CONCURRENCY = 64;
    private static final long FEWEST = 2000;
    private static final List<Integer> MILLIS = List.of(10, 100);

    /** Jobs per second of the last round of each kind. */
    private final Map<String, Double> last = new HashMap<>();

    @Override
    public void run(Scene scene) throws Exception {
        int atOnce = Math.min(PARTITIONS * CONCURRENCY, BenchOptions.keys(PARTITIONS));
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try {
            Rounds rounds = new Rounds(scene, PART);
            for (int millis : MILLIS) {
                rounds.with(blocking(millis), round -> round(scene, blocking(millis), run -> sleeping(run, millis)))
                        .with(
                                waiting(millis),
                                round -> round(scene, waiting(millis), run -> new Waiting(run, timer, millis)));
            }
            rounds.run();
            for (int millis : MILLIS) {
                List<Double> limit = List.of(atOnce * 1000.0 / millis);
                scene.add(Figure.rate(PART, blocking(millis), rounds.rates(blocking(millis)), limit));
                scene.add(Figure.rate(PART, waiting(millis), rounds.rates(waiting(millis)), limit));
            }
        } finally {
            timer.shutdownNow();
        }
    }

    private static String blocking(int millis) {
        return millis + " ms, blocking";
    }

    private static String waiting(int millis) {
        return millis + " ms, not blocking";
    }

    /** The route of a round. */
    private interface Route {
        Processor of(Run run);
    }

    private double round(Scene scene, String kind, Route route) throws Exception {
        long jobs = Math.max(
                FEWEST, (long) (last.getOrDefault(kind, 0.0) * scene.slice(0.5).toNanos() / 1e9));
        RawQueue queue = scene.rawQueue(PART, PARTITIONS);
        Deck deck = scene.fill(queue, PARTITIONS, jobs);
        Run run = new Run(jobs, BenchOptions.keys(PARTITIONS));
        String options = Scene.whole(PARTITIONS) + "&concurrency=" + CONCURRENCY + "&prefetch=1000";
        try (BenchPod pod = BenchPod.consuming(scene.redisUri(), Scene.queue(PART), options, route.of(run))) {
            run.await();
            last.put(kind, run.steadyRate());
            Scene.await("for the last commit by " + pod.context().getName(), () -> queue.backlog() == 0);
        }
        scene.judge(PART, run.tally().findings(deck.dealt()), false);
        queue.remove();
        return last.getOrDefault(kind, 0.0);
    }

    private static Processor sleeping(Run run, int millis) {
        return exchange -> {
            Payload job = BenchPod.payload(exchange);
            run.started(job);
            TimeUnit.MILLISECONDS.sleep(millis);
            run.ended(job);
        };
    }

    /** Continues on a timer. */
    private static final class Waiting extends AsyncProcessorSupport {
        private final Run run;
        private final ScheduledExecutorService timer;
        private final int millis;

        Waiting(Run run, ScheduledExecutorService timer, int millis) {
            this.run = run;
            this.timer = timer;
            this.millis = millis;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            Payload job = BenchPod.payload(exchange);
            run.started(job);
            var unused = timer.schedule(() -> end(job, callback), millis, TimeUnit.MILLISECONDS);
            return false;
        }

        private void end(Payload job, AsyncCallback callback) {
            run.ended(job);
            callback.done(false);
        }
    }
}
