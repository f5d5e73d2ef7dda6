package io.qbull.app.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The jobs that pods of this process have run, with their times. Thread-safe. */
final class Events {
    private final List<Event> events = new ArrayList<>();
    private final Map<String, Set<Integer>> partitions = new TreeMap<>();

    /**
     * A job that ran.
     *
     * @param pod that ran it
     * @param partition of the job
     * @param job itself
     * @param begin when it started, as {@link System#nanoTime}
     * @param end when it ended
     */
    record Event(String pod, int partition, Payload job, long begin, long end) {}

    synchronized void add(Event event) {
        events.add(event);
        partitions.computeIfAbsent(event.pod(), pod -> new HashSet<>()).add(event.partition());
    }

    /** How many partitions a pod has run jobs of. */
    synchronized int partitions(String pod) {
        return partitions.getOrDefault(pod, Set.of()).size();
    }

    /** All of them by their start. */
    synchronized List<Event> all() {
        return events.stream().sorted(Comparator.comparingLong(Event::begin)).toList();
    }

    /**
     * @param all events by their start
     * @return for each time that a partition went from one pod to another, nanoseconds from the last end there to the first start here
     */
    static List<Double> moves(List<Event> all) {
        Map<Integer, Event> last = new TreeMap<>();
        List<Double> gaps = new ArrayList<>();
        for (Event event : all) {
            Event before = last.put(event.partition(), event);
            if (before != null && !before.pod().equals(event.pod())) {
                gaps.add((double) (event.begin() - before.end()));
            }
        }
        return gaps;
    }

    /**
     * @param all events by their start
     * @param since a time
     * @param partition which partitions count
     * @return for each of them that had an event since then, nanoseconds to the first one
     */
    static List<Double> waits(List<Event> all, long since, Predicate<Integer> partition) {
        Map<Integer, Double> first = new TreeMap<>();
        for (Event event : all) {
            if (event.begin() >= since && partition.test(event.partition())) {
                first.putIfAbsent(event.partition(), (double) (event.begin() - since));
            }
        }
        return List.copyOf(first.values());
    }
}
