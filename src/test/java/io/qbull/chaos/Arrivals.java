package io.qbull.chaos;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What came to the receiver and what was answered, and the judgement of it. Thread-safe.
 *
 * <p>A job must not arrive before its predecessor was answered for good, nor before it is due, nor from two entries of a stream, and the
 * jobs of a key must not go back while their partition has one owner: after a crash or a lost lease a suffix runs again under another
 * epoch. A job whose answer arrived does not run again under the same epoch. An owner that has lost its lease starts no job once it could
 * know; what was in flight then may still come.
 */
final class Arrivals {
    /** An answer that took so long may have come too late for the client. */
    private static final Duration LATE_ANSWER = Duration.ofSeconds(3);
    /** After so many nanoseconds an owner knows that it was replaced: it trusts its lease for no longer than {@code leaseTtl}. */
    private final long knows;

    private final Placement placement;
    private final ToIntFunction<String> concurrency;
    private final Map<String, Line> lines = new HashMap<>();
    private final Map<String, Owners> owners = new HashMap<>();
    private final Map<Job, String> places = new HashMap<>();
    private final Map<String, Long> movedAt = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private long disturbedAt = Long.MIN_VALUE;
    private long arrivals;
    private long repeats;

    /**
     * A run of a job.
     *
     * @param job the job
     * @param partition whose owner ran it
     * @param epoch of the owner
     * @param place stream id of the job's entry
     * @param at when it arrived, by {@link System#nanoTime()}
     */
    record Arrival(Job job, String partition, long epoch, String place, long at) {}

    /** The jobs of a key. */
    private static final class Line {
        /** The last that was answered for good; -1 = none. */
        private int finished = -1;
        /** How many of its runs were. */
        private int answers = 1;

        private final TreeMap<Term, Run> runs = new TreeMap<>();

        void finished(int seq) {
            if (seq > finished) {
                finished = seq;
                answers = 1;
            } else if (seq == finished) {
                answers++;
            }
        }

        void notFinished(int seq) {
            if (seq == finished && --answers == 0) {
                finished = seq - 1;
                answers = 1;
            }
        }
    }

    /** A lease, whose epoch belongs to its partition. */
    private record Term(long epoch, String partition) implements Comparable<Term> {
        private static final Comparator<Term> ORDER =
                Comparator.comparingLong(Term::epoch).thenComparing(Term::partition);

        static Term of(Arrival arrival) {
            return new Term(arrival.epoch(), arrival.partition());
        }

        @Override
        public int compareTo(Term other) {
            return ORDER.compare(this, other);
        }
    }

    /** What an owner has run of a key: its last job, and when it was answered for good so that the owner knows; 0 = it was not. */
    private static final class Run {
        private int seq = -1;
        private long answeredAt;
    }

    /** The owners of a partition: since when jobs of the newest arrive, and how many of earlier ones came too late. */
    private static final class Owners {
        private long epoch;
        private long since;
        private final Map<Long, Integer> late = new HashMap<>();
    }

    /**
     * @param placement tells where jobs may be
     * @param leaseTtl of the pods
     * @param concurrency how many jobs an owner of a partition of this queue runs at once
     */
    Arrivals(Placement placement, Duration leaseTtl, ToIntFunction<String> concurrency) {
        this.placement = placement;
        this.concurrency = concurrency;
        this.knows = leaseTtl.plusSeconds(2).toNanos();
    }

    /** A job has arrived, at this time of the wall clock. */
    synchronized void arrived(Arrival arrival, long nowMillis) {
        Job job = arrival.job();
        arrivals++;
        Line line = lines.computeIfAbsent(job.line(), any -> new Line());
        if (job.seq() > line.finished + 1) {
            violation("overtaken, " + line.finished + " was the last that was finished", arrival);
        }
        if (job.seq() <= line.finished) {
            repeats++;
        } else {
            movedAt.put(arrival.partition(), arrival.at());
        }
        if (nowMillis < job.due()) {
            violation("early, at " + nowMillis, arrival);
        }
        if (!placement.fits(job.queue(), job.key(), arrival.partition())) {
            violation("in a partition that is not its key's", arrival);
        }
        String place = places.putIfAbsent(job, arrival.place());
        if (place != null && !place.equals(arrival.place())) {
            violation("added twice, first as " + place, arrival);
        }
        judgeRun(arrival, line);
        judgeOwner(arrival);
    }

    private void judgeRun(Arrival arrival, Line line) {
        Run run = line.runs.computeIfAbsent(Term.of(arrival), any -> new Run());
        int seq = arrival.job().seq();
        if (seq < run.seq) {
            violation("after " + run.seq + " under the same lease", arrival);
        } else if (seq == run.seq && run.answeredAt > 0 && disturbedAt < run.answeredAt) {
            violation("again under the lease under which it was answered", arrival);
        }
        run.seq = seq;
        run.answeredAt = 0;
        if (line.runs.size() > 20) {
            line.runs.pollFirstEntry();
        }
    }

    private void judgeOwner(Arrival arrival) {
        Owners known = owners.computeIfAbsent(arrival.partition(), any -> new Owners());
        if (arrival.epoch() > known.epoch) {
            known.epoch = arrival.epoch();
            known.since = arrival.at();
        } else if (arrival.epoch() < known.epoch
                && arrival.at() - known.since > knows
                && known.late.merge(arrival.epoch(), 1, Integer::sum)
                        > concurrency.applyAsInt(arrival.job().queue())) {
            violation("from an owner that was replaced by " + known.epoch + " long ago", arrival);
        }
    }

    private void violation(String what, Arrival arrival) {
        violations.add(what + ": " + arrival + " at " + LocalTime.now(ZoneOffset.UTC));
    }

    /** Something that was not a job. */
    synchronized void unreadable(String what) {
        violations.add("unreadable: " + what);
    }

    /** It is about to be answered for good: from now on the next one may come. */
    synchronized void finished(Job job) {
        lines.computeIfAbsent(job.line(), any -> new Line()).finished(job.seq());
    }

    /** The answer for good was written. */
    synchronized void answered(Arrival arrival, long now) {
        Line line = lines.get(arrival.job().line());
        Run run = line == null ? null : line.runs.get(Term.of(arrival));
        if (run != null && run.seq == arrival.job().seq() && now - arrival.at() < LATE_ANSWER.toNanos()) {
            run.answeredAt = now;
        }
    }

    /** The answer for good could not be written: for the owner the job has failed. */
    synchronized void notAnswered(Arrival arrival) {
        Line line = lines.get(arrival.job().line());
        if (line != null) {
            line.notFinished(arrival.job().seq());
        }
    }

    /** From now on answers that were written before may not have arrived. */
    synchronized void disturbed(long now) {
        disturbedAt = now;
    }

    /** The last job of a key that was answered for good; -1 = none. */
    synchronized int lastFinished(String queue, String key) {
        Line line = lines.get(queue + " " + key);
        return line == null ? -1 : line.finished;
    }

    /** When a job of this partition that was not finished yet arrived last, of {@link System#nanoTime()}; null = never. */
    synchronized @Nullable Long movedAt(String partition) {
        return movedAt.get(partition);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized String summary() {
        return arrivals + " arrivals, of which " + repeats + " were repeats";
    }
}
