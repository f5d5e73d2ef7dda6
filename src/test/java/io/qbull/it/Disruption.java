package io.qbull.it;

import static io.qbull.it.History.NEVER;

import io.qbull.it.History.PodLife;
import org.jspecify.annotations.Nullable;

/**
 * What may make jobs run twice: a kill, a freeze, a Redis that was away.
 *
 * @param name for the report
 * @param pod the life that it struck; null = all
 * @param from its begin
 * @param to its end
 */
record Disruption(String name, @Nullable String pod, long from, long to) {
    static Disruption kill(PodLife life) {
        return new Disruption("kill -9 of " + life.name(), life.name(), life.killedAt(), NEVER);
    }

    /** Whether a run was in flight, or its end not yet committed for certain, while this lasted. */
    boolean endangers(Ledger.Run run, Ledger ledger) {
        return (pod == null || pod.equals(run.pod().name()))
                && run.startedAt() < to
                && ledger.surelyRemovedAt(run.place()) > from;
    }
}
