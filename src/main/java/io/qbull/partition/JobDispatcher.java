package io.qbull.partition;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Carries out what {@link JobSelector} decides, until it decides to wait. Owns whose turn it is: held keys and the stream alternate. On the
 * event loop.
 */
final class JobDispatcher {
    private final PumpParts parts;
    private final Supplier<PumpState> state;
    private final BooleanSupplier trusted;
    /** A held key goes before the stream: the last job came from there, or no job could start. */
    private boolean heldTurn = true;

    /**
     * @param parts carry out the decisions
     * @param state where the pump is in its life
     * @param trusted whether the lease is trusted
     */
    JobDispatcher(PumpParts parts, Supplier<PumpState> state, BooleanSupplier trusted) {
        this.parts = parts;
        this.state = state;
        this.trusted = trusted;
    }

    /** What may be done next. */
    Decision next() {
        return parts.selector.select(parts.snapshot(state.get(), trusted, heldTurn));
    }

    /** Carries out decisions until one is to wait; returns why. */
    StallCause dispatch() {
        Decision next = next();
        while (!(next instanceof Decision.Wait wait) || parts.suspects.turnComes(wait.cause())) {
            carryOut(next);
            next = next();
        }
        heldTurn |= wait.cause().nothingToStart();
        return wait.cause();
    }

    private void carryOut(Decision next) {
        if (next instanceof Decision.Start start) {
            heldTurn = start.work().heldKey() == null;
            parts.starter.start(start, parts.following(start));
        } else if (next instanceof Decision.Bury bury) {
            heldTurn = bury.heldKey() == null;
            parts.outcomes.bury(bury);
        } else if (next instanceof Decision.ReadHead read) {
            heldTurn = true;
            parts.advancer.readHead(read.key());
        }
    }
}
