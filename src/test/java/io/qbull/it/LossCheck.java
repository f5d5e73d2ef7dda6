package io.qbull.it;

import io.qbull.it.Event.JobRef;
import io.qbull.it.Event.Kind;
import io.qbull.it.History.Place;
import io.qbull.it.History.Result;
import io.qbull.it.Ledger.Removal;
import io.qbull.it.Ledger.Run;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Nothing lost, nothing added twice, nothing removed that was not done. */
final class LossCheck {
    private final History history;
    private final Ledger ledger;
    private final Consumer<Violation> violations;

    LossCheck(History history, Ledger ledger, Consumer<Violation> violations) {
        this.history = history;
        this.ledger = ledger;
        this.violations = violations;
    }

    void run() {
        Set<JobRef> left = new HashSet<>();
        history.remains().inStreams().forEach(l -> left.add(l.job()));
        history.remains().dead().forEach(l -> left.add(l.job()));
        for (History.Sent sent : history.sent()) {
            checkSent(sent, left.contains(sent.job()));
        }
        ledger.placesOf.forEach((job, places) -> {
            if (places.size() > 1) {
                violations.accept(new Violation(Violation.Kind.ADDED_TWICE, job + " at " + places));
            }
        });
        ledger.calls.stream().filter(call -> call.kind() != Kind.MOVE).forEach(this::checkRemoval);
    }

    private void checkSent(History.Sent sent, boolean left) {
        if (sent.result() == Result.ACCEPTED && !left && !wasDone(sent.job())) {
            violations.accept(new Violation(Violation.Kind.LOST, sent.job() + " at " + sent.place()));
        }
        boolean seen = left || ledger.runsOf.containsKey(sent.job());
        if (sent.result() == Result.REFUSED && seen) {
            violations.accept(
                    new Violation(Violation.Kind.REFUSED_BUT_ADDED, sent.job().toString()));
        }
    }

    /** A job that is gone was done if a run ended well; a burial would have left it in the dead-letter stream. */
    private boolean wasDone(JobRef job) {
        return ledger.runsOf.getOrDefault(job, List.of()).stream().anyMatch(run -> run.doneBefore(History.NEVER - 1));
    }

    private void checkRemoval(Removal removal) {
        removal.ids().forEach(id -> {
            Place place = new Place(removal.owner().partition(), id);
            boolean commit = removal.kind() == Kind.COMMIT;
            boolean killer = !commit && ledger.crashed(place, removal.sentAt());
            if (!killer && !endedBefore(removal, place, !commit)) {
                violations.accept(new Violation(
                        commit ? Violation.Kind.COMMITTED_BEFORE_DONE : Violation.Kind.BURIED_WITHOUT_FAILURE,
                        "entry " + place + " by " + removal.pod().name() + " under " + removal.owner()));
            }
        });
    }

    private boolean endedBefore(Removal removal, Place place, boolean failed) {
        return ledger.runsAt.getOrDefault(place, List.<Run>of()).stream()
                .filter(run -> run.owner().equals(removal.owner()))
                .anyMatch(run -> run.endedAt() <= removal.sentAt() && run.failed() == failed);
    }
}
