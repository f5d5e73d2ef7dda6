package io.qbull.ops.status;

import io.qbull.model.DurationText;
import io.qbull.model.QueueName;
import io.qbull.ops.pause.PauseView;
import io.qbull.store.Inspector.PartitionStatus.Read;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.LayoutTable.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All queues and pods on one screen: a line for each queue, and one for each pod. Queues without jobs and pods come last, in one line.
 *
 * @param first all queues
 * @param last the same a while later; null if they were looked at once
 * @param between how much later
 */
public record Overview(
        List<QueueStatus.Present> first, @Nullable List<QueueStatus.Present> last, Duration between) {
    private static final String END = System.lineSeparator();

    /** Copies the lists. */
    public Overview {
        first = List.copyOf(first);
        last = last == null ? null : List.copyOf(last);
    }

    /**
     * @param queues all queues
     * @return whether a second look would show how fast jobs come and end
     */
    public static boolean worthASecondLook(List<QueueStatus.Present> queues) {
        return queues.stream()
                .anyMatch(queue -> Rates.toDo(queue) > 0 || !queue.pods().isEmpty());
    }

    /**
     * @return complete lines
     */
    public String text() {
        List<QueueStatus.Present> now = last == null ? first : last;
        List<QueueStatus.Present> busy = now.stream()
                .filter(queue -> !asleep(queue))
                .sorted(Comparator.comparing((QueueStatus.Present queue) -> jobs(queue) == 0)
                        .thenComparing(queue -> queue.queue().value()))
                .toList();
        StringBuilder text = new StringBuilder();
        if (!busy.isEmpty()) {
            text.append(row(
                    "QUEUE", "TO DO", "IN", "OUT", "DONE IN", "OLDEST", "RETRYING", "HELD", "DELAYED", "DEAD", "NOTE"));
            busy.forEach(queue -> text.append(row(queue)));
        }
        for (QueueStatus.Present queue : now) {
            PauseView.lines(queue.pauses())
                    .lines()
                    .forEach(line ->
                            text.append(queue.queue()).append(": ").append(line).append(END));
        }
        pods(text, busy);
        List<String> folded = now.stream()
                .filter(Overview::asleep)
                .map(queue -> queue.queue().value())
                .sorted()
                .toList();
        if (!folded.isEmpty()) {
            text.append(text.length() == 0 ? "" : END)
                    .append("without jobs and pods: ")
                    .append(String.join(", ", folded))
                    .append(END);
        }
        return text.toString();
    }

    private static boolean asleep(QueueStatus.Present queue) {
        boolean unread = queue.readable().size() < queue.partitionCount();
        return jobs(queue) == 0 && queue.pods().isEmpty() && !unread;
    }

    private static long jobs(QueueStatus.Present queue) {
        return Rates.toDo(queue) + sum(queue, Read::delayed) + sum(queue, Read::dead);
    }

    private static long sum(QueueStatus.Present queue, ToLongFunction<Read> figure) {
        return queue.readable().stream().mapToLong(figure).sum();
    }

    private String row(QueueStatus.Present queue) {
        Rates rates = rates(queue);
        long oldest = queue.readable().stream()
                .map(Read::oldestAgeMillis)
                .mapToLong(age -> age == null ? -1 : age)
                .max()
                .orElse(-1);
        return row(
                queue.queue(),
                Rates.toDo(queue),
                perSecond(rates == null ? null : rates.in()),
                perSecond(rates == null ? null : rates.out()),
                doneIn(Rates.toDo(queue), rates),
                oldest < 0 ? "-" : DurationText.of(Duration.ofMillis(oldest)),
                sum(queue, Read::heldKeys),
                sum(queue, Read::held),
                sum(queue, Read::delayed),
                sum(queue, Read::dead),
                note(queue));
    }

    /** Null if the queue was looked at once. */
    private @Nullable Rates rates(QueueStatus.Present now) {
        if (last == null || between.isZero()) {
            return null;
        }
        return first.stream()
                .filter(then -> then.queue().equals(now.queue()))
                .findFirst()
                .map(then -> Rates.of(then, now, between))
                .orElse(null);
    }

    private static String perSecond(@Nullable Long rate) {
        return rate == null ? "-" : rate + "/s";
    }

    private static String doneIn(long toDo, @Nullable Rates rates) {
        if (toDo == 0) {
            return "done";
        }
        return rates == null || rates.change() >= 0 ? "-" : DurationText.of(Duration.ofSeconds(toDo / -rates.change()));
    }

    private static String note(QueueStatus.Present queue) {
        List<String> notes = new ArrayList<>();
        long free =
                queue.readable().stream().filter(each -> each.owner() == null).count();
        int unread = queue.partitionCount() - queue.readable().size();
        if (queue.pods().isEmpty()) {
            notes.add("no pod");
        } else if (free > 0) {
            notes.add(free + " of " + queue.partitionCount() + " partitions without owner");
        }
        if (unread > 0) {
            notes.add(unread + (unread == 1 ? " partition" : " partitions") + " cannot be read");
        }
        return String.join(", ", notes);
    }

    /** A pod may consume several queues; it has one line. */
    private static void pods(StringBuilder text, List<QueueStatus.Present> queues) {
        Map<String, Map<QueueName, Pod>> pods = new TreeMap<>();
        for (QueueStatus.Present queue : queues) {
            for (Pod pod : queue.pods()) {
                pods.computeIfAbsent(pod.id().value(), any -> new LinkedHashMap<>())
                        .put(queue.queue(), pod);
            }
        }
        if (pods.isEmpty()) {
            return;
        }
        text.append(END).append(String.format(Locale.ROOT, "%-36s %s%n", "POD", "PARTITIONS"));
        pods.forEach((name, owned) -> text.append(String.format(
                Locale.ROOT,
                "%-36s %s%n",
                name,
                owned.entrySet().stream()
                        .map(each ->
                                each.getKey() + " " + each.getValue().owned().size())
                        .collect(Collectors.joining(", ")))));
        pods.values().stream()
                .flatMap(owned -> owned.values().stream())
                .filter(pod -> !pod.twin().isEmpty())
                .map(StatusTable::twin)
                .distinct()
                .forEach(text::append);
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%-24s %9s %9s %9s %8s %8s %8s %8s %8s %6s  %s", cells)
                        .stripTrailing()
                + END;
    }
}
