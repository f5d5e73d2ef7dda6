package io.qbull.it;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the checker found.
 *
 * @param accepted jobs that Redis said to have
 * @param refused jobs that it said not to have
 * @param unknown jobs of which the producer does not know
 * @param unknownAdded those among them that were added
 * @param starts how often a route got a job
 * @param staleStarts those under a lease that had a successor already; fencing keeps them from being committed
 * @param fenced commands that Redis refused because their lease was over
 * @param repeats one for each disruption
 * @param takeOvers one for each kill and partition
 * @param handOvers one for each lease given up on purpose, see {@link HandOvers}
 * @param violations what must not be
 */
record Report(
        long accepted,
        long refused,
        long unknown,
        long unknownAdded,
        long starts,
        long staleStarts,
        long fenced,
        List<Repeats> repeats,
        List<TakeOver> takeOvers,
        List<Span> handOvers,
        List<Violation> violations) {
    private static final int SHOWN = 20;

    /**
     * @param disruption what happened
     * @param inFlight runs under way when a lease ended by it
     * @param uncommitted runs over by then, whose commit was not answered by then
     * @param repeated runs among these that were followed by another run of the same job, and late starts
     */
    record Repeats(Disruption disruption, int inFlight, int uncommitted, int repeated) {}

    /**
     * @param pod who was killed
     * @param partition what it owned then
     * @param fetch from the kill to the first accepted fetch of a successor; null if there was none
     * @param start from the kill to the first start under a successor; null if there was none
     */
    record TakeOver(
            String pod,
            int partition,
            @Nullable Span fetch,
            @Nullable Span start) {}

    /** The figures as a table for people. */
    String table() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "jobs accepted %,d  refused %,d  unknown %,d (of which added %,d)%nstarts %,d  stale starts %,d  fenced commands %,d%n",
                accepted,
                refused,
                unknown,
                unknownAdded,
                starts,
                staleStarts,
                fenced));
        text.append(String.format("%-28s %9s %11s %8s%n", "disruption", "in flight", "uncommitted", "repeated"));
        repeats.forEach(r -> text.append(String.format(
                "%-28s %9d %11d %8d%n", r.disruption().name(), r.inFlight(), r.uncommitted(), r.repeated())));
        takeOvers.stream()
                .collect(Collectors.groupingBy(TakeOver::pod, TreeMap::new, Collectors.toList()))
                .forEach((pod, list) -> text.append("take-over of ")
                        .append(pod)
                        .append(": ")
                        .append(list.stream()
                                .map(t -> t.partition() + " fetch " + millis(t.fetch()) + " start " + millis(t.start()))
                                .collect(Collectors.joining(", ")))
                        .append(System.lineSeparator()));
        if (!handOvers.isEmpty()) {
            List<Duration> sorted =
                    handOvers.stream().map(Span::length).sorted().toList();
            text.append("hand-overs ")
                    .append(sorted.size())
                    .append(", median ")
                    .append(millis(sorted.get(sorted.size() / 2)))
                    .append(", longest ")
                    .append(millis(sorted.get(sorted.size() - 1)))
                    .append(System.lineSeparator());
        }
        text.append("violations ")
                .append(violations.size())
                .append(' ')
                .append(counts())
                .append(System.lineSeparator());
        violations.stream()
                .limit(SHOWN)
                .forEach(v -> text.append("  ").append(v).append(System.lineSeparator()));
        return text.toString();
    }

    private Map<Violation.Kind, Long> counts() {
        return violations.stream().collect(Collectors.groupingBy(Violation::kind, TreeMap::new, Collectors.counting()));
    }

    private static String millis(@Nullable Span span) {
        return span == null ? "-" : millis(span.length());
    }

    private static String millis(Duration duration) {
        return duration.toMillis() + " ms";
    }
}
