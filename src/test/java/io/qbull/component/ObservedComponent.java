package io.qbull.component;

import io.qbull.engine.QueueNodes;
import io.qbull.model.QueueName;
import io.qbull.partition.SuspectTurns;
import io.qbull.store.Store;
import io.qbull.store.redis.RedisStore;
import java.util.function.BiFunction;

/** The real component with a store that a test has a look into. */
public final class ObservedComponent {
    private ObservedComponent() {}

    /**
     * @param observer puts itself around the store that the component opens for a queue
     * @return the component
     */
    public static QbullComponent around(BiFunction<QueueName, Store, Store> observer) {
        // Each component is a process of its own, also where one JVM has several.
        SuspectTurns turns = new SuspectTurns();
        return new QbullComponent((identity, redis, loop) ->
                QueueNodes.open(identity, observer.apply(identity.queue(), RedisStore.open(redis)), loop, turns));
    }
}
