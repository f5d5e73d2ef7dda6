package io.qbull.it;

import io.qbull.it.Event.Answer;
import io.qbull.it.Event.Owner;
import io.qbull.it.History.PodLife;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Checks that a partition never has two accepted owners: once Redis has accepted a command of an epoch, it accepts none of a lower epoch
 * that is sent later. This judges from outside: a command takes effect between its sending and its answer, so only commands that do not
 * overlap can be ordered. {@link AofHistory} has Redis's own order.
 */
final class FenceCheck {
    private final Map<Integer, List<Act>> accepted = new TreeMap<>();
    private final Map<Owner, Set<String>> users = new HashMap<>();
    private final Consumer<Violation> violations;

    FenceCheck(History history, Ledger ledger, Consumer<Violation> violations) {
        this.violations = violations;
        history.pods().forEach(this::add);
        ledger.calls.stream()
                .filter(c -> c.answer() == Answer.DONE)
                .forEach(c -> add(
                        c.pod(), c.owner(), c.sentAt(), c.answeredAt(), c.kind().toString()));
    }

    private record Act(String pod, Owner owner, long sentAt, long answeredAt, String what) {}

    private void add(PodLife pod) {
        for (Event event : pod.events()) {
            if (event instanceof Event.Fetched f && f.answer() == Answer.DONE) {
                add(pod, f.owner(), f.sent(), f.at(), "fetch");
            } else if (event instanceof Event.Granted g) {
                add(pod, g.owner(), g.sent(), g.at(), "acquisition");
            }
        }
    }

    private void add(PodLife pod, Owner owner, long sentAt, long answeredAt, String what) {
        accepted.computeIfAbsent(owner.partition(), k -> new ArrayList<>())
                .add(new Act(pod.name(), owner, sentAt, answeredAt, what));
        users.computeIfAbsent(owner, k -> new HashSet<>()).add(pod.name());
    }

    void run() {
        accepted.values().forEach(this::checkPartition);
        users.forEach((owner, pods) -> {
            if (pods.size() > 1) {
                violations.accept(new Violation(Violation.Kind.LEASE_SHARED, owner + " by " + pods));
            }
        });
    }

    private void checkPartition(List<Act> acts) {
        List<Act> bySending = new ArrayList<>(acts);
        bySending.sort(Comparator.comparingLong(Act::sentAt));
        List<Act> byAnswer = new ArrayList<>(acts);
        byAnswer.sort(Comparator.comparingLong(Act::answeredAt));
        int past = 0;
        long newest = 0;
        for (Act act : bySending) {
            while (byAnswer.get(past).answeredAt() < act.sentAt()) {
                newest = Math.max(newest, byAnswer.get(past++).owner().epoch());
            }
            if (act.owner().epoch() < newest) {
                violations.accept(new Violation(
                        Violation.Kind.STALE_OWNER_ACCEPTED,
                        act.what() + " of " + act.pod() + " under " + act.owner() + " sent at " + act.sentAt()
                                + ", after epoch " + newest + " had been accepted"));
            }
        }
    }
}
