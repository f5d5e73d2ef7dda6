package io.qbull.resize;

import io.qbull.model.LogPart;
import io.qbull.model.Position;
import io.qbull.model.Segment;
import io.qbull.resize.MoveCommand.Copy;
import io.qbull.resize.MoveCommand.ReadPage;
import io.qbull.resize.MoveCommand.TellMoved;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How an owner moves what leaves its partition: decides what to send next, and sends nothing itself. Immutable. The owner keeps one
 * while it has the lease; the next owner begins anew, which is safe because a copy that was made is not made again.
 *
 * <pre>
 *   WAITING ── no work on keys that leave ──▶ READING ── some leave ──▶ COPYING
 *                                              ▲ │ ▲                       │
 *                             nothing leaves   └─┘ └── all are answered ───┘
 *                                                │
 *                                                │ the last part is empty, and what was copied is deleted
 *                                                ▼
 *                                             TELLING ── answered ──▶ MOVED          any phase ── refused ──▶ STALE
 * </pre>
 *
 * <p>A page is deleted only after each of its copies was answered. One copy goes to each target for a page, so the next copy to a target
 * is sent only after the former was answered: otherwise the later one could arrive first, and the other would be skipped as a repeat.
 *
 * @param plan the resize
 * @param partition an old partition
 * @param phase what is under way
 * @param ahead the parts of the log that are not read to their end, in order; the first is being read
 * @param after the last position that was read in the first part; null if there is none
 * @param page what leaves, of what was read last
 * @param unanswered the targets whose copy of the page is not answered
 * @param <E> the content of an entry
 */
public record PartitionMove<E>(
        ResizePlan plan,
        int partition,
        Phase phase,
        List<LogPart> ahead,
        @Nullable Position after,
        List<LogEntry<E>> page,
        Set<Integer> unanswered) {
    /** What is under way. */
    public enum Phase {
        /** The owner still works on keys that leave. */
        WAITING,
        /** The former page is being deleted, and the next one read. */
        READING,
        /** The page is being copied. */
        COPYING,
        /** Redis is being told that nothing is left to move. */
        TELLING,
        /** Nothing leaves any more. */
        MOVED,
        /**
         * Redis refused a command: the caller is not the owner any more, or the move was finished without it. All that is known about the
         * partition is dropped, and the lease is checked.
         */
        STALE
    }

    /** Copies the collections. */
    public PartitionMove {
        ahead = List.copyOf(ahead);
        page = List.copyOf(page);
        unanswered = Set.copyOf(unanswered);
    }

    /**
     * @param plan the resize
     * @param partition an old partition, which is sealed for it
     * @param segments the segments that the partition has; those that arrive in this resize stay
     * @param <E> the content of an entry
     * @return a move that waits
     */
    public static <E> PartitionMove<E> of(ResizePlan plan, int partition, List<Segment> segments) {
        Stream<LogPart> earlier = segments.stream()
                .filter(segment -> segment.version() < plan.version())
                .map(LogPart::of);
        List<LogPart> parts = Stream.concat(Stream.of(LogPart.DELAYED, LogPart.HELD, LogPart.STREAM), earlier)
                .sorted()
                .toList();
        return new PartitionMove<>(plan, partition, Phase.WAITING, parts, null, List.of(), Set.of());
    }

    /**
     * @return what to send, and to repeat until it is answered: none in a phase that waits or has ended; copies go at the same time
     */
    public List<MoveCommand<E>> commands() {
        return switch (phase) {
            case READING -> List.of(new ReadPage<>(ahead.get(0), after, positions(page)));
            case COPYING -> copies();
            case TELLING -> List.of(new TellMoved<>());
            case WAITING, MOVED, STALE -> List.of();
        };
    }

    private List<MoveCommand<E>> copies() {
        List<MoveCommand<E>> copies = new ArrayList<>();
        for (int target : new TreeSet<>(unanswered)) {
            List<LogEntry<E>> entries =
                    page.stream().filter(entry -> entry.target(plan) == target).toList();
            copies.add(new Copy<>(target, entries));
        }
        return copies;
    }

    /**
     * @param work what the owner is doing with keys that leave
     * @return the move, which begins to read if that is nothing
     */
    public PartitionMove<E> begin(LeavingWork work) {
        return phase == Phase.WAITING && work.over() ? reading(ahead, null, List.of()) : this;
    }

    /**
     * @param command a page that was read
     * @param entries all that was found, also what stays; empty at the end of the part
     * @return what follows; the same if that command is not the one that is under way
     */
    public PartitionMove<E> read(ReadPage<E> command, List<LogEntry<E>> entries) {
        if (!commands().contains(command)) {
            return this;
        }
        if (entries.isEmpty()) {
            List<LogPart> rest = ahead.subList(1, ahead.size());
            return rest.isEmpty() ? in(Phase.TELLING) : reading(rest, null, List.of());
        }
        Position last = entries.get(entries.size() - 1).position();
        List<LogEntry<E>> leaving =
                entries.stream().filter(entry -> entry.leaves(plan, partition)).toList();
        if (leaving.isEmpty()) {
            return reading(ahead, last, List.of());
        }
        Set<Integer> targets = leaving.stream().map(entry -> entry.target(plan)).collect(Collectors.toSet());
        return new PartitionMove<>(plan, partition, Phase.COPYING, ahead, last, leaving, targets);
    }

    /**
     * @param command a copy that was made, or had been made before
     * @return what follows; the same if that command is not under way
     */
    public PartitionMove<E> copied(Copy<E> command) {
        if (!commands().contains(command)) {
            return this;
        }
        Set<Integer> left = new TreeSet<>(unanswered);
        left.remove(command.target());
        return left.isEmpty()
                ? reading(ahead, after, page)
                : new PartitionMove<>(plan, partition, phase, ahead, after, page, left);
    }

    /**
     * @return the end, if Redis was being told
     */
    public PartitionMove<E> told() {
        return phase == Phase.TELLING ? in(Phase.MOVED) : this;
    }

    /**
     * @return the end of a move of which Redis refused a command, for whatever reason
     */
    public PartitionMove<E> refused() {
        return phase == Phase.MOVED ? this : in(Phase.STALE);
    }

    private PartitionMove<E> reading(List<LogPart> parts, @Nullable Position last, List<LogEntry<E>> copied) {
        return new PartitionMove<>(plan, partition, Phase.READING, parts, last, copied, Set.of());
    }

    private PartitionMove<E> in(Phase next) {
        return new PartitionMove<>(plan, partition, next, List.of(), null, List.of(), Set.of());
    }

    private static <E> List<Position> positions(List<LogEntry<E>> entries) {
        return entries.stream().map(LogEntry::position).toList();
    }
}
