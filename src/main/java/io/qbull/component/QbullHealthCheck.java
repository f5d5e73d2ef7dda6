package io.qbull.component;

import io.qbull.component.node.SharedNode;
import io.qbull.engine.NodeStatus;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.jspecify.annotations.Nullable;

/**
 * DOWN while something keeps a node from working, and while a partition does not move although jobs are due. A node without partitions is
 * UP: it stands by. So is one whose jobs have failed and wait, or whose job takes long while no other waits for it. The message names
 * each standstill. Readiness only, because a restart of the process does not bring back Redis.
 */
final class QbullHealthCheck extends AbstractHealthCheck {
    private final Supplier<@Nullable SharedNode> shared;

    /**
     * @param id the check's name
     * @param shared finds the node; null while it is not used
     */
    QbullHealthCheck(String id, Supplier<@Nullable SharedNode> shared) {
        super("camel", id);
        this.shared = shared;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        SharedNode used = shared.get();
        if (used == null) {
            builder.unknown();
            return;
        }
        NodeStatus status = used.node().status();
        builder.detail("queue", used.key().queue().value());
        builder.detail("owned", status.owned().size());
        builder.detail("inFlight", status.inFlight().size());
        // A problem with some partitions says nothing about why others stand still.
        String message = Stream.of(status.problem(), status.standstill())
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("; "));
        if (status.problem().isEmpty() && !status.stalled()) {
            builder.up();
        } else {
            builder.down();
        }
        if (!message.isEmpty()) {
            builder.message(message);
        }
    }
}
