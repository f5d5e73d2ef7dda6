package io.qbull.it;

import io.qbull.it.Ledger.Run;
import io.qbull.it.Report.Repeats;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Checks that only jobs repeat that were in flight or uncommitted at a disruption. */
final class RepeatCheck {
    private final Ledger ledger;
    private final List<Disruption> disruptions;
    private final Consumer<Violation> violations;

    RepeatCheck(Ledger ledger, List<Disruption> disruptions, Consumer<Violation> violations) {
        this.ledger = ledger;
        this.disruptions = disruptions;
        this.violations = violations;
    }

    List<Repeats> run() {
        Map<Disruption, Integer> repeated = new HashMap<>();
        for (List<Run> runs : ledger.runsOf.values()) {
            for (int i = 0; i < runs.size(); i++) {
                checkAlive(runs.get(i));
                if (i > 0 && isRepeat(runs.get(i - 1), runs.get(i))) {
                    blame(runs.get(i - 1), runs.get(i), repeated);
                }
            }
        }
        List<Repeats> result = new ArrayList<>();
        for (Disruption d : disruptions) {
            List<Run> endangered =
                    ledger.runs.stream().filter(r -> d.endangers(r, ledger)).toList();
            int inFlight = (int) endangered.stream()
                    .filter(r -> r.endedAt() > ledger.leaseEnd(r))
                    .count();
            result.add(new Repeats(d, inFlight, endangered.size() - inFlight, repeated.getOrDefault(d, 0)));
        }
        return result;
    }

    private void checkAlive(Run run) {
        if (ledger.surelyRemovedAt(run.place()) < run.startedAt() && !ledger.staleAt(run.owner(), run.startedAt())) {
            violations.accept(new Violation(
                    Violation.Kind.REVIVED,
                    run.job() + " entry " + run.place() + " on " + run.pod().name() + " under " + run.owner()));
        }
    }

    /** Whether a failed run is followed by one that knows of it, or one under the same lease: a retry. */
    private static boolean isRepeat(Run earlier, Run later) {
        boolean known = earlier.owner().equals(later.owner()) || later.attempt() > earlier.attempt();
        return !(earlier.failed() && known);
    }

    private void blame(Run earlier, Run later, Map<Disruption, Integer> repeated) {
        boolean late = ledger.staleAt(later.owner(), later.startedAt());
        for (Disruption d : disruptions) {
            boolean caused = d.endangers(earlier, ledger) && later.startedAt() > d.from();
            if (!earlier.owner().equals(later.owner()) && (caused || (late && d.covers(later)))) {
                repeated.merge(d, 1, Integer::sum);
                return;
            }
        }
        violations.accept(new Violation(
                Violation.Kind.UNEXPLAINED_REPEAT,
                earlier.job() + " entry " + earlier.place() + " on "
                        + earlier.pod().name() + " under " + earlier.owner() + ", again on "
                        + later.pod().name() + " under " + later.owner()));
    }
}
