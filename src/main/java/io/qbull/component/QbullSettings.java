package io.qbull.component;

import io.qbull.config.DeadLimits;
import io.qbull.config.EnqueueSettings;
import io.qbull.config.LeaseSettings;
import io.qbull.config.PumpSettings;
import io.qbull.config.RedisSettings;
import io.qbull.config.RetrySettings;
import io.qbull.engine.QueueNode;
import io.qbull.engine.QueueNodes;
import io.qbull.model.Layout;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/** Turns options into the engine's settings. The error about a value that breaks its rule names option, value and rule. */
final class QbullSettings {
    private static final int PREFETCH_BYTES = 1 << 20;

    private QbullSettings() {}

    /**
     * @param options of an endpoint
     * @param context the endpoint's
     * @throws IllegalArgumentException if any value is wrong, whether a producer or a consumer uses it
     */
    static void check(QbullConfiguration options, CamelContext context) {
        consumption(options);
        QueueNodes.check(RedisSettings.forLeases(redisUri(options, context), options.getLeaseTtl()));
        enqueue(options);
        Integer partitions = options.getPartitions();
        if (partitions != null) {
            new Layout(1, partitions);
        }
    }

    static String redisUri(QbullConfiguration options, CamelContext context) {
        String uri = options.getRedisUri();
        if (uri == null || uri.isBlank()) {
            throw MissingAddress.in(context);
        }
        return uri;
    }

    static QueueNode.Consumption consumption(QbullConfiguration options) {
        Duration stallAfter = options.getStallAfter();
        if (stallAfter.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("stallAfter (" + stallAfter + ") must be at least PT0.001S");
        }
        DeadLimits dead = new DeadLimits(options.getDeadMaxLength(), options.getDeadMaxAge());
        return new QueueNode.Consumption(lease(options), pump(options), stallAfter, dead);
    }

    static EnqueueSettings enqueue(QbullConfiguration options) {
        return new EnqueueSettings(
                options.getDeduplicationWindow(),
                options.getFormat(),
                options.getMaxBodySize(),
                options.getMaxKeyLength(),
                options.getBatch(),
                options.getEnqueueTimeout(),
                options.getMaxBacklog());
    }

    private static LeaseSettings lease(QbullConfiguration options) {
        int most = options.getMaxPartitionsPerPod();
        return new LeaseSettings(
                options.wantedPartitions(),
                most == 0 ? Layout.MOST_PARTITIONS : most,
                options.isAdoptOrphans(),
                orElse(options.getOrphanGrace(), options.getLeaseTtl()),
                options.getLeaseTtl());
    }

    private static PumpSettings pump(QbullConfiguration options) {
        return new PumpSettings(
                options.getConcurrency(),
                options.getPrefetch(),
                PREFETCH_BYTES,
                options.getCommitInterval(),
                retry(options),
                options.getSuspectPatience(),
                options.getDrainTimeout());
    }

    private static RetrySettings retry(QbullConfiguration options) {
        return new RetrySettings(
                options.getMaxAttempts(),
                options.getRetryFor(),
                options.getBackoff(),
                options.getBackoffMultiplier(),
                options.getMaxBackoff(),
                options.getWhenExhausted(),
                options.getMaxCrashes(),
                orElse(options.getJobTimeout(), Duration.ZERO));
    }

    private static Duration orElse(@Nullable Duration value, Duration otherwise) {
        return value != null ? value : otherwise;
    }
}
