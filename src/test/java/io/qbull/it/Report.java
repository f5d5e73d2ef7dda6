package io.qbull.it;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The result of the checker.
 *
 * @param accepted jobs that Redis has, according to its answers
 * @param refused jobs that Redis does not have, according to its answers
 * @param unknown jobs whose outcome the producer does not know
 * @param unknownAdded those of them that were added
 * @param starts how often a route received a job
 * @param staleStarts starts under a lease that already had a successor; their commits are fenced
 * @param fenced number of fenced commands
 * @param repeats one for each disruption
 * @param takeOvers one for each kill and partition
 * @param handOvers one for each lease released or handed over, see {@link HandOvers}
 * @param violations broken guarantees
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
     * @param inFlight runs under way when it ended their lease
     * @param uncommitted runs that had ended by then, without an answer to their commit
     * @param repeated those of them that were followed by another run of the same job, and late starts
     */
    record Repeats(Disruption disruption, int inFlight, int uncommitted, int repeated) {}

    /**
     * @param pod the killed pod
     * @param partition a partition that it owned
     * @param fetch from the kill to the first accepted fetch of a successor; null if there was none
     * @param start from the kill to the first start under a successor; null if there was none
     */
    record TakeOver(
            String pod,
            int partition,
            @Nullable Span fetch,
            @Nullable Span start) {}

    /** The figures as a table. */
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
