package io.qbull.app.bench;

import io.qbull.model.QueueName;
import io.qbull.store.redis.raw.RawClient;
import io.qbull.store.redis.raw.RawQueue;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a pod costs whose partitions have nothing to do: its CPU time, that of Redis, and the commands that Redis carries out. */
final class IdleMeasurement implements Measurement {
    private static final Part PART = Part.IDLE;
    private static final int PARTITIONS = 64;
    /** From then on the pod has nothing left to compile. */
    private static final long SETTLING_MILLIS = 2000;

    /** Longer than the pause between two renewals and than a blocking read. */
    private static final Duration LEAST = Duration.ofSeconds(6);

    @Override
    public void run(Scene scene) throws Exception {
        QueueName queue = Scene.queue(PART);
        RawQueue watched = scene.rawQueue(PART, PARTITIONS);
        String options = Scene.whole(PARTITIONS);
        scene.progress().say(PART.text() + ": starting a pod");
        try (OwnerProcess pod = OwnerProcess.start(scene.redisUri(), queue, options)) {
            Scene.await("for all leases", () -> watched.owned() == PARTITIONS);
            TimeUnit.MILLISECONDS.sleep(SETTLING_MILLIS);
            scene.progress().say(PART.text() + ": watching it");
            Duration cpu = pod.cpu();
            Load before = Load.of(scene.raw());
            long begin = System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(Math.max(LEAST.toNanos(), scene.slice(1).toNanos()));
            double seconds = (System.nanoTime() - begin) / 1e9;
            Load after = Load.of(scene.raw());
            double used = pod.cpu().minus(cpu).toNanos() / 1e9;
            add(scene, "CPU of the pod", 100 * used / seconds, "% of a core");
            add(scene, "CPU of Redis", 100 * (after.cpu - before.cpu) / seconds, "% of a core");
            add(
                    scene,
                    "commands, those of scripts included",
                    (after.commands - before.commands) / seconds,
                    Figure.RATE);
        }
        watched.remove();
    }

    private static void add(Scene scene, String name, double value, String unit) {
        scene.add(new Figure(PART.text(), name, PARTITIONS + " partitions", value, unit, null, null));
    }

    /**
     * What Redis has done since it started, without what this asks.
     *
     * @param cpu seconds
     * @param commands calls
     */
    private record Load(double cpu, long commands) {
        static Load of(RawClient redis) {
            Map<String, String> cpu = redis.info("cpu");
            long commands = redis.info("commandstats").entrySet().stream()
                    .filter(each -> !each.getKey().equals("cmdstat_info"))
                    .mapToLong(each -> Long.parseLong(each.getValue().replaceFirst("^calls=(\\d+).*", "$1")))
                    .sum();
            return new Load(
                    Double.parseDouble(cpu.getOrDefault("used_cpu_sys", "0"))
                            + Double.parseDouble(cpu.getOrDefault("used_cpu_user", "0")),
                    commands);
        }
    }
}
