package io.qbull.it;

import static io.qbull.it.History.NEVER;

import io.qbull.it.Event.JobRef;
import io.qbull.it.History.Result;
import io.qbull.it.History.Sent;
import io.qbull.it.Ledger.Run;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Judges jobs by their keys alone, wherever they were added and ran: every accepted job was done once, each after the one before it, and a
 * failed one knew its attempts, except for one that failed at the moment in which its pod was killed. For queues that are resized, whose
 * jobs leave their partitions; {@link HistoryChecker} judges the rest.
 */
final class KeyOrderCheck {
    /** A failure is on record after so long at the latest, on a machine that has much else to do. */
    private static final Duration RECORDED = Duration.ofSeconds(1);

    private final List<Sent> sent;
    private final Map<JobRef, List<Run>> runsOf;
    private final Set<JobRef> dead;
    private final List<String> violations = new ArrayList<>();
    private int repeats;

    KeyOrderCheck(History history) {
        this.sent = history.sent();
        this.runsOf = new Ledger(history).runsOf;
        this.dead = history.remains().dead().stream().map(History.Left::job).collect(Collectors.toSet());
    }

    /** What contradicts the guarantees. */
    List<String> run() {
        Map<String, List<JobRef>> keys = new TreeMap<>();
        sent.stream()
                .filter(each -> each.result() == Result.ACCEPTED)
                .map(Sent::job)
                .sorted()
                .forEach(job -> keys.computeIfAbsent(job.key(), any -> new ArrayList<>())
                        .add(job));
        keys.values().forEach(this::check);
        return violations;
    }

    /** How many runs came after one that had ended well. */
    int repeats() {
        return repeats;
    }

    /**
     * @param prefix of the keys that count
     * @param from on the clock of the events
     * @param to the same
     * @return for each key, how long the slowest of its jobs that were sent in this time waited for its start, in ms, in ascending order
     */
    List<Long> longestWaits(String prefix, long from, long to) {
        Map<String, Long> longest = new HashMap<>();
        for (Sent each : sent) {
            List<Run> runs = runsOf.getOrDefault(each.job(), List.of());
            boolean counts = each.job().key().startsWith(prefix)
                    && each.invokedAt() >= from
                    && each.invokedAt() <= to
                    && !runs.isEmpty();
            if (counts) {
                longest.merge(each.job().key(), (runs.get(0).startedAt() - each.invokedAt()) / 1_000_000, Math::max);
            }
        }
        return longest.values().stream().sorted().toList();
    }

    private void check(List<JobRef> jobs) {
        long before = Long.MIN_VALUE;
        for (JobRef job : jobs) {
            List<Run> runs = runsOf.getOrDefault(job, List.of());
            long done = NEVER;
            int failures = 0;
            int unrecorded = 0;
            for (Run run : runs) {
                if (run.startedAt() < before) {
                    violations.add(describe(run) + " before the job in front of it was done");
                }
                if (done < run.startedAt()) {
                    repeats++;
                }
                boolean counted = run.attempt() <= failures + 1 && run.attempt() > failures - unrecorded;
                if (!counted && done == NEVER) {
                    violations.add(describe(run) + " is said to be attempt " + run.attempt() + " after " + failures
                            + " failed ones");
                }
                failures += run.failed() ? 1 : 0;
                unrecorded += run.failed() && diedAfter(run) ? 1 : 0;
                if (!run.failed() && run.endedAt() != NEVER) {
                    done = Math.min(done, run.endedAt());
                }
            }
            if (done == NEVER && !dead.contains(job)) {
                violations.add(job + " was accepted and not done: " + runs.size() + " runs");
            }
            before = done == NEVER ? before : done;
        }
    }

    /** Whether the pod may have died before the failure of the job was on record. */
    private static boolean diedAfter(Run run) {
        long died = run.pod().endedAt();
        return died != NEVER && died - run.endedAt() < RECORDED.toNanos();
    }

    private static String describe(Run run) {
        return run.job() + " on " + run.pod().name() + " under " + run.owner() + " at " + run.startedAt();
    }
}
