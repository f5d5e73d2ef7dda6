package io.qbull.it;

import static io.qbull.it.History.NEVER;

import io.qbull.it.Event.JobRef;
import io.qbull.it.Event.Owner;
import io.qbull.it.History.Place;
import io.qbull.it.Ledger.Run;
import io.qbull.model.StreamId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Jobs of a key in order and one at a time, no more jobs of a partition at once than may run, repeats as a suffix. With concurrency 1 also
 * jobs of a partition in order but for keys that wait for a retry.
 */
final class OrderCheck {
    private final Ledger ledger;
    private final int concurrency;
    private final Consumer<Violation> violations;

    OrderCheck(Ledger ledger, int concurrency, Consumer<Violation> violations) {
        this.ledger = ledger;
        this.concurrency = concurrency;
        this.violations = violations;
    }

    void run() {
        Map<String, List<JobRef>> keys = new TreeMap<>();
        ledger.placesOf
                .keySet()
                .forEach(job ->
                        keys.computeIfAbsent(job.key(), k -> new ArrayList<>()).add(job));
        keys.values().forEach(jobs -> {
            jobs.sort(Comparator.naturalOrder());
            checkKey(jobs);
        });
        ledger.runsUnder.values().forEach(this::checkOverlaps);
        if (concurrency == 1) {
            ledger.runsUnder.forEach(this::checkOwner);
        }
    }

    /** The runs under one lease: so many at a time, each of another key. */
    private void checkOverlaps(List<Run> runs) {
        List<Run> open = new ArrayList<>();
        for (Run run : runs) {
            open.removeIf(other -> other.endedAt() <= run.startedAt());
            boolean sameKey = open.stream()
                    .anyMatch(other -> other.job().key().equals(run.job().key()));
            if (sameKey || open.size() >= concurrency) {
                report(Violation.Kind.OVERLAP, run);
            }
            open.add(run);
        }
    }

    private void checkKey(List<JobRef> jobs) {
        long committedLater = NEVER;
        for (int i = jobs.size() - 1; i >= 0; i--) {
            JobRef job = jobs.get(i);
            Place place = place(job);
            for (Run run : runsOf(job)) {
                if (committedLater < run.startedAt() && !stale(run)) {
                    report(Violation.Kind.REPEAT_IS_NO_SUFFIX, run);
                }
                if (i > 0) {
                    checkPredecessor(run, jobs.get(i - 1));
                }
            }
            committedLater = Math.min(committedLater, ledger.surelyRemovedAt(place));
            if (i > 0) {
                checkNeighbours(jobs.get(i - 1), job);
            }
        }
    }

    /** Two jobs of a key that follow each other: entries and first starts. */
    private void checkNeighbours(JobRef earlier, JobRef later) {
        Place first = place(earlier);
        Place second = place(later);
        if (first.partition() != second.partition() || first.id().compareTo(second.id()) >= 0) {
            violations.accept(new Violation(
                    Violation.Kind.ADDED_OUT_OF_ORDER, earlier + " at " + first + ", " + later + " at " + second));
        }
        if (firstStart(later) < firstStart(earlier)) {
            violations.accept(new Violation(Violation.Kind.FIRST_START_OUT_OF_ORDER, later + " before " + earlier));
        }
    }

    private void checkPredecessor(Run run, JobRef predecessor) {
        if (!passable(place(predecessor), run)) {
            violations.accept(new Violation(
                    Violation.Kind.STARTED_TOO_EARLY,
                    describe(run) + " although " + predecessor + " of the same key was not done"));
        }
    }

    /** The runs under one lease: in the order of the stream, none passed over. */
    private void checkOwner(Owner owner, List<Run> runs) {
        NavigableMap<StreamId, JobRef> entries = ledger.entries.getOrDefault(owner.partition(), new TreeMap<>());
        StreamId frontier = StreamId.START;
        for (Run run : runs) {
            if (ledger.maybeMoved(run.place(), run.startedAt())) {
                // Out of the stream, only the order of its key counts.
                continue;
            }
            if (run.id().compareTo(frontier) < 0) {
                if (!ledger.mayWait(run.job().key(), run.startedAt())) {
                    report(Violation.Kind.STARTED_TOO_EARLY, run);
                }
            } else {
                entries.subMap(frontier, true, run.id(), false).forEach((id, job) -> {
                    boolean passed = ledger.mayWait(job.key(), run.startedAt());
                    if (!passed && !passable(new Place(owner.partition(), id), run)) {
                        violations.accept(new Violation(
                                Violation.Kind.STARTED_TOO_EARLY,
                                describe(run) + " although " + job + " before it in the stream was not done"));
                    }
                });
                frontier = run.id();
            }
        }
    }

    /** Whether an entry stood in the way of a run no more: done under the same lease, or gone from the stream. */
    private boolean passable(Place place, Run run) {
        return ledger.maybeRemoved(place, run.startedAt()) || ledger.doneUnder(run.owner(), place, run.startedAt());
    }

    private boolean stale(Run run) {
        return ledger.staleAt(run.owner(), run.startedAt());
    }

    private List<Run> runsOf(JobRef job) {
        return ledger.runsOf.getOrDefault(job, List.of());
    }

    private long firstStart(JobRef job) {
        List<Run> runs = runsOf(job);
        return runs.isEmpty() ? NEVER : runs.get(0).startedAt();
    }

    private Place place(JobRef job) {
        return ledger.placesOf.getOrDefault(job, List.of()).get(0);
    }

    private void report(Violation.Kind kind, Run run) {
        violations.accept(new Violation(kind, describe(run)));
    }

    private static String describe(Run run) {
        return run.job() + " entry " + run.id() + " on " + run.pod().name() + " under " + run.owner() + " started at "
                + run.startedAt();
    }
}
