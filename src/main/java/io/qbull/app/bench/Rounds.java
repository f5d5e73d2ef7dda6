package io.qbull.app.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Measures several things in turn, several times, after a first time that does not count. */
final class Rounds {
    /** How often each is measured. */
    static final int COUNT = 3;

    private final Scene scene;
    private final Part part;
    private final Map<String, Stretch> stretches = new LinkedHashMap<>();
    private final Map<String, List<Double>> rates = new LinkedHashMap<>();

    Rounds(Scene scene, Part part) {
        this.scene = scene;
        this.part = part;
    }

    /** A stretch of a round. */
    @FunctionalInterface
    interface Stretch {
        /**
         * @param round 0 for the warm-up
         * @return jobs per second, or whatever is measured
         */
        double run(int round) throws Exception;
    }

    /** Adds a stretch; they run in the order in which they were added. */
    Rounds with(String name, Stretch stretch) {
        stretches.put(name, stretch);
        return this;
    }

    /** Runs all rounds. */
    void run() throws Exception {
        for (int round = 0; round <= COUNT; round++) {
            for (Map.Entry<String, Stretch> each : stretches.entrySet()) {
                scene.progress()
                        .say(part.text() + ": " + each.getKey()
                                + (round == 0 ? ", warming up" : ", " + round + " of " + COUNT));
                double rate = each.getValue().run(round);
                if (round > 0) {
                    rates.computeIfAbsent(each.getKey(), name -> new ArrayList<>())
                            .add(rate);
                }
            }
        }
    }

    /** What a stretch has returned, one for each round that counts. */
    List<Double> rates(String name) {
        return Objects.requireNonNull(rates.get(name), name);
    }

    /** Jobs per second since a time. */
    static double perSecond(long jobs, long begin) {
        return perSecond(jobs, begin, System.nanoTime());
    }

    /** Jobs per second between two times. */
    static double perSecond(long jobs, long begin, long end) {
        return jobs * 1e9 / Math.max(1, end - begin);
    }
}
