package io.qbull.engine;

import io.qbull.store.Reachability;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The node's {@link Reachability} as one session uses it. A command that gets no answer after the session has ended is not repeated,
 * so nobody would ever report its subject as answered: such failures are dropped. On the event loop.
 */
final class SessionReachability implements Reachability {
    private final Reachability node;
    private final BooleanSupplier ended;

    /**
     * @param node that of the node
     * @param ended whether the session has ended
     */
    SessionReachability(Reachability node, BooleanSupplier ended) {
        this.node = node;
        this.ended = ended;
    }

    @Override
    public void answered(Subject subject) {
        node.answered(subject);
    }

    @Override
    public void unanswered(Subject subject, @Nullable Throwable failure) {
        if (!ended.getAsBoolean()) {
            node.unanswered(subject, failure);
        }
    }

    @Override
    public String problem() {
        return node.problem();
    }
}
