package io.qbull.app.bench;

import io.qbull.model.NearName;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The parts of the benchmark, in the order in which they run. */
public enum Part {
    /** Jobs into the queue. */
    ENQUEUE("jobs into the queue: one at a time, concurrently, and many in one body", 9, 1),
    /** Jobs out of the queue. */
    DRAIN("a backlog through a route that does nothing", 9, 2),
    /** Both at once. */
    THROUGH("jobs from the producer to the end of the route, both at once", 6, 1),
    /** From the intended time of sending to the start of the route. */
    LATENCY(
            "from the time of sending to the start of the route: idle, at 10, 50 and 80 % of the rate of through",
            7, 1),
    /** Keys beside each other. */
    KEYS("jobs of 10 and 100 ms, 64 keys of each of 8 partitions at once", 9, 3),
    /** A key with half of all jobs. */
    HOTKEY("how long jobs of other keys wait beside a key that has half of all jobs of a partition", 8, 6),
    /** After a kill. */
    TAKEOVER("how long partitions pause when their pod is killed", 0, 8),
    /** When pods join and leave. */
    HANDOVER("how long partitions pause when a pod joins and leaves", 0, 4),
    /** What waiting costs. */
    IDLE("CPU and Redis commands of a pod with 64 idle partitions", 1, 10);

    private final String what;
    private final int slices;
    private final int fixedSeconds;

    Part(String what, int slices, int fixedSeconds) {
        this.what = what;
        this.slices = slices;
        this.fixedSeconds = fixedSeconds;
    }

    /**
     * @return its name on the command line
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * @return what it measures
     */
    public String what() {
        return what;
    }

    /** Its share of the time that can be divided. */
    int slices() {
        return slices;
    }

    /** How long it takes whatever the time is. */
    int fixedSeconds() {
        return fixedSeconds;
    }

    /**
     * @param text a name
     * @return the part with that name
     * @throws IllegalArgumentException if there is none
     */
    public static Part of(String text) {
        List<String> names = Arrays.stream(values()).map(Part::text).toList();
        if (!names.contains(text)) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not one of " + String.join(", ", names) + NearName.hint(text, names));
        }
        return values()[names.indexOf(text)];
    }
}
